using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http.Metadata;

namespace Platform.Http;

/// <summary>
/// Refuses a parameter in an address that the operation does not know: a misspelt one would be passed over, and «dry_run» would store what was to be tried.
/// </summary>
internal static class KnownParameters
{
    private static readonly ConditionalWeakTable<RouteEndpoint, string[]> Known = [];

    /// <summary>Runs after the gate, so that who may not call learns nothing of the operation.</summary>
    internal static void UseKnownParameters(this WebApplication app) => app.Use((context, next) =>
    {
        if (context.Request.Query.Count > 0 && context.Request.Path.StartsWithSegments("/v1", StringComparison.Ordinal) && context.GetEndpoint() is RouteEndpoint endpoint)
            Refuse(context.Request.Query.Keys, endpoint);
        return next(context);
    });

    private static void Refuse(ICollection<string> sent, RouteEndpoint endpoint)
    {
        var known = Known.GetValue(endpoint, static of => [.. of.Metadata.OfType<IParameterBindingMetadata>().Where(IsOfAddress).Select(p => p.Name)
            .Except(of.RoutePattern.Parameters.Select(p => p.Name), StringComparer.OrdinalIgnoreCase).Order(StringComparer.Ordinal)]);
        if (sent.All(name => known.Contains(name, StringComparer.OrdinalIgnoreCase)))
            return;
        var unknown = sent.Except(known, StringComparer.OrdinalIgnoreCase);
        var told = known.Length == 0 ? new Explanation("Thao tác này không có tham số.", "The operation has no parameters.")
            : new Explanation($"Có: {string.Join(", ", known)}.", $"There are: {string.Join(", ", known)}.");
        throw new ProblemException(Problems.BadParameter, null, [.. unknown.Select(name => new FieldFault(name, Problems.UnknownMember, told))]);
    }

    private static bool IsOfAddress(IParameterBindingMetadata parameter) =>
        (Nullable.GetUnderlyingType(parameter.ParameterInfo.ParameterType) ?? parameter.ParameterInfo.ParameterType) is var type
        && (type == typeof(string) || (type.IsValueType && type != typeof(CancellationToken)) || type.IsArray);
}
