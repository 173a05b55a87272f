using Microsoft.OData;
using Platform.OData.Model;
using Platform.OData.Rows;

namespace Platform.OData.Writing;

/// <summary>The canonical URL of an entity, which is its id.</summary>
internal static class EntityUrl
{
    public static Uri Of(Uri serviceRoot, ResultShape shape, object row, ODataVersion version)
    {
        var literals = shape.Keys.Select(key => (key.Name, Text: Uri.EscapeDataString(
            ODataUriUtils.ConvertToUriLiteral(EdmTypes.ToWire(key.Read(row)), version))));
        var key = shape.Keys.Count == 1
            ? literals.Single().Text
            : string.Join(',', literals.Select(literal => $"{literal.Name}={literal.Text}"));
        return new Uri(serviceRoot, $"{shape.Map!.SetName}({key})");
    }
}
