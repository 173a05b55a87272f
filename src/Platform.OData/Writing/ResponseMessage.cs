using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OData;
using Microsoft.OData.Json;

namespace Platform.OData.Writing;

/// <summary>An answer's headers and body as the protocol library wants to see them.</summary>
internal sealed class ResponseMessage(IHeaderDictionary headers, Stream body, IServiceProvider container)
    : IODataResponseMessageAsync, IContainerProvider
{
    public IServiceProvider Container => container;

    public IEnumerable<KeyValuePair<string, string>> Headers =>
        headers.Select(header => KeyValuePair.Create(header.Key, header.Value.ToString()));

    public int StatusCode { get; set; } = StatusCodes.Status200OK;

    public string? GetHeader(string headerName) => headers.TryGetValue(headerName, out var value) ? value.ToString() : null;

    public void SetHeader(string headerName, string headerValue) => headers[headerName] = headerValue;

    public Stream GetStream() => throw new NotSupportedException("Responses are written asynchronously.");

    public Task<Stream> GetStreamAsync() => Task.FromResult(body);
}

/// <summary>
/// The protocol library's services: Vietnamese is written as it is instead of as escapes, and control information
/// keeps its <c>odata.</c> prefix, which both 4.0 and 4.01 clients read.
/// </summary>
internal sealed class WriterContainer : IContainerBuilder
{
    public static readonly IServiceProvider Root = Build();

    private readonly IServiceCollection services = new ServiceCollection();

    public IContainerBuilder AddService(Microsoft.OData.ServiceLifetime lifetime, Type serviceType, Type implementationType)
    {
        services.Add(new ServiceDescriptor(serviceType, implementationType, Lifetime(lifetime)));
        return this;
    }

    public IContainerBuilder AddService(
        Microsoft.OData.ServiceLifetime lifetime, Type serviceType, Func<IServiceProvider, object> implementationFactory)
    {
        services.Add(new ServiceDescriptor(serviceType, implementationFactory, Lifetime(lifetime)));
        return this;
    }

    public IServiceProvider BuildContainer() => services.BuildServiceProvider();

    private static IServiceProvider Build()
    {
        var prefixed = new ODataSimplifiedOptions();
        prefixed.SetOmitODataPrefix(false, ODataVersion.V401);
        prefixed.SetOmitODataPrefix(false, ODataVersion.V4);
        return new WriterContainer().AddDefaultODataServices()
            .AddServicePrototype(prefixed)
            .AddService<IJsonWriterFactory>(
                Microsoft.OData.ServiceLifetime.Singleton, _ => new DefaultJsonWriterFactory(ODataStringEscapeOption.EscapeOnlyControls))
            .BuildContainer();
    }

    private static Microsoft.Extensions.DependencyInjection.ServiceLifetime Lifetime(Microsoft.OData.ServiceLifetime lifetime) => lifetime switch
    {
        Microsoft.OData.ServiceLifetime.Singleton => Microsoft.Extensions.DependencyInjection.ServiceLifetime.Singleton,
        Microsoft.OData.ServiceLifetime.Scoped => Microsoft.Extensions.DependencyInjection.ServiceLifetime.Scoped,
        _ => Microsoft.Extensions.DependencyInjection.ServiceLifetime.Transient,
    };
}
