using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OData;

namespace Platform.OData.Writing;

/// <summary>One message written by the protocol library, with the settings that all answers share.</summary>
internal static class LibraryMessage
{
    public static async Task Write(
        ODataModel model, Uri serviceRoot, ODataVersion version, ODataUri uri, IHeaderDictionary headers, Stream body, string contentType, Func<ODataMessageWriter, Task> write)
    {
        using var services = WriterContainer.Root.CreateScope();
        var settings = new ODataMessageWriterSettings
        {
            BaseUri = serviceRoot,
            ODataUri = uri,
            Version = version,
            EnableMessageStreamDisposal = false,
            Validations = ValidationKinds.None,
            MessageQuotas = new ODataMessageQuotas { MaxNestingDepth = 100 },
        };
        settings.SetContentType(contentType, "utf-8");
        var message = new ODataMessageWriter(new ResponseMessage(headers, body, services.ServiceProvider), settings, model.Edm);
        await write(message);
        message.Dispose(); // not on failure: it would complete what must stay visibly incomplete
    }
}
