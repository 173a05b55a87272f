using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http.Metadata;

namespace Platform.Http;

/// <summary>
/// Refuses a parameter in an address that the operation does not know: a misspelt one would be passed over, and «dry_run» would store what was to be tried.
/// And one whose value can be read in two ways or in none, with what can be read: 02/03/2026 is a day in March here and in February elsewhere.
/// </summary>
internal static class KnownParameters
{
    // Nobody asks for a day outside these, and from those inside days and years can be counted on either side.
    private static readonly DateOnly FirstDay = new(1900, 1, 1), LastDay = new(2199, 12, 31);

    private static readonly ConditionalWeakTable<RouteEndpoint, Parameter[]> Known = [];

    /// <summary>Runs after the gate, so that who may not call learns nothing of the operation.</summary>
    internal static void UseKnownParameters(this WebApplication app) => app.Use((context, next) =>
    {
        if (context.Request.Query.Count > 0 && context.Request.Path.StartsWithSegments("/v1", StringComparison.Ordinal) && context.GetEndpoint() is RouteEndpoint endpoint)
            Refuse(context.Request.Query, endpoint);
        return next(context);
    });

    private static void Refuse(IQueryCollection sent, RouteEndpoint endpoint)
    {
        var known = Known.GetValue(endpoint, static of => [.. of.Metadata.OfType<IParameterBindingMetadata>().Where(IsOfAddress)
            .ExceptBy(of.RoutePattern.Parameters.Select(p => p.Name), p => p.Name, StringComparer.OrdinalIgnoreCase)
            .Select(p => new Parameter(p.Name, Nullable.GetUnderlyingType(p.ParameterInfo.ParameterType) ?? p.ParameterInfo.ParameterType)).OrderBy(p => p.Name, StringComparer.Ordinal)]);
        List<FieldFault>? faults = null;
        foreach (var (name, values) in sent)
            if (Array.Find(known, p => p.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) is not { } parameter)
                (faults ??= []).Add(new FieldFault(name, Problems.UnknownMember, Told(known)));
            else if (values.Any(v => v is { Length: > 0 } && !CanBeRead(v, parameter.Type)))
                (faults ??= []).Add(new FieldFault(name, Problems.WrongType, Expected(parameter.Type)));
            else if (values.Any(v => v is { Length: > 0 } && !Faults.IsText(v)))
                (faults ??= []).Add(new FieldFault(name, Problems.NotText));
            else if (parameter.Type == typeof(DateOnly) && values.Any(v => v is { Length: > 0 } && Day(v) is var day && (day < FirstDay || day > LastDay)))
                (faults ??= []).Add(new FieldFault(name, Problems.OutOfRange, new Explanation($"Từ {FirstDay:yyyy-MM-dd} đến {LastDay:yyyy-MM-dd}.", $"From {FirstDay:yyyy-MM-dd} to {LastDay:yyyy-MM-dd}.")));
        if (faults is not null)
            throw new ProblemException(Problems.BadParameter, null, faults);
    }

    private static Explanation Told(Parameter[] known) => known.Length == 0
        ? new Explanation("Thao tác này không có tham số.", "The operation has no parameters.")
        : new Explanation($"Có: {string.Join(", ", known.Select(p => p.Name))}.", $"There are: {string.Join(", ", known.Select(p => p.Name))}.");

    private static Explanation? Expected(Type type) => type.IsEnum
        ? new Explanation($"Một trong: {string.Join(", ", Enum.GetNames(type))}.", $"One of: {string.Join(", ", Enum.GetNames(type))}.")
        : Json.Expected(type);

    private static bool CanBeRead(string text, Type type) =>
        type == typeof(DateOnly) ? Day(text) is not null
        : type == typeof(bool) ? bool.TryParse(text, out _)
        : type == typeof(int) ? int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _)
        : type == typeof(decimal) ? decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out _)
        : !type.IsEnum || Enum.GetNames(type).Contains(text, StringComparer.OrdinalIgnoreCase);

    private static DateOnly? Day(string text) => DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day : null;

    private static bool IsOfAddress(IParameterBindingMetadata parameter) =>
        (Nullable.GetUnderlyingType(parameter.ParameterInfo.ParameterType) ?? parameter.ParameterInfo.ParameterType) is var type
        && (type == typeof(string) || (type.IsValueType && type != typeof(CancellationToken)) || type.IsArray);

    private sealed record Parameter(string Name, Type Type);
}
