using System.Globalization;
using Platform.OData.Rows;

namespace Platform.OData.Writing;

/// <summary>The entity tag of one entity: its version as text that may stand in a header.</summary>
internal static class EntityVersion
{
    public static string? Of(ResultShape shape, object row) => shape.Version?.Invoke(row) switch
    {
        null => null,
        byte[] bytes => Convert.ToHexString(bytes),
        DateTime time => time.Ticks.ToString(CultureInfo.InvariantCulture),
        DateTimeOffset time => time.UtcTicks.ToString(CultureInfo.InvariantCulture),
        var value => Uri.EscapeDataString(Convert.ToString(value, CultureInfo.InvariantCulture)!),
    };
}
