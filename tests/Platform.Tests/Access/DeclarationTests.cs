using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Platform.Access;

namespace Platform.Tests.Access;

public sealed class DeclarationTests(World world)
{
    [Fact]
    public void Every_endpoint_declares_what_it_needs_or_that_it_is_open()
    {
        var endpoints = world.Instance.App.Services.GetRequiredService<EndpointDataSource>().Endpoints;
        Assert.NotEmpty(endpoints);
        Assert.All(endpoints, e => Assert.True(
            e.Metadata.GetMetadata<Requirement>() is not null || e.Metadata.GetMetadata<IAllowAnonymous>() is not null, e.DisplayName));
    }
}
