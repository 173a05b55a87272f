using System.Globalization;
using System.Xml;
using Microsoft.OData;
using Microsoft.OData.Edm;

namespace Platform.OData.Model;

/// <summary>
/// The one table between CLR types and EDM primitives, in both directions: types for the model, values for the
/// wire, literals from the URL. A CLR type that is not here cannot be exposed.
/// </summary>
internal static class EdmTypes
{
    private static readonly Dictionary<Type, EdmPrimitiveTypeKind> Kinds = new()
    {
        [typeof(string)] = EdmPrimitiveTypeKind.String,
        [typeof(bool)] = EdmPrimitiveTypeKind.Boolean,
        [typeof(short)] = EdmPrimitiveTypeKind.Int16,
        [typeof(int)] = EdmPrimitiveTypeKind.Int32,
        [typeof(long)] = EdmPrimitiveTypeKind.Int64,
        [typeof(decimal)] = EdmPrimitiveTypeKind.Decimal,
        [typeof(double)] = EdmPrimitiveTypeKind.Double,
        [typeof(DateOnly)] = EdmPrimitiveTypeKind.Date,
        [typeof(TimeOnly)] = EdmPrimitiveTypeKind.TimeOfDay,
        [typeof(DateTime)] = EdmPrimitiveTypeKind.DateTimeOffset,
        [typeof(DateTimeOffset)] = EdmPrimitiveTypeKind.DateTimeOffset,
        [typeof(Guid)] = EdmPrimitiveTypeKind.Guid,
    };

    public static EdmPrimitiveTypeKind Kind(Type clrType) =>
        Kinds.TryGetValue(Nullable.GetUnderlyingType(clrType) ?? clrType, out var kind)
            ? kind
            : throw new ArgumentException($"{clrType.Name} has no EDM type here; expose it as one of: {string.Join(", ", Kinds.Keys.Select(type => type.Name))}.");

    /// <summary>The type's name in the protocol.</summary>
    public static string Name(Type clrType)
    {
        var bare = Nullable.GetUnderlyingType(clrType) ?? clrType;
        return bare == typeof(TimeSpan) ? "Edm.Duration" : Kinds.TryGetValue(bare, out var kind) ? $"Edm.{kind}" : "null";
    }

    public static Type? ClrType(EdmPrimitiveTypeKind kind) => kind switch
    {
        EdmPrimitiveTypeKind.DateTimeOffset => typeof(DateTimeOffset),
        _ => Kinds.FirstOrDefault(pair => pair.Value == kind).Key,
    };

    /// <summary>A literal as a value of another type; null when it is none.</summary>
    public static object? Cast(object? literal, Type type)
    {
        try
        {
            var text = Convert.ToString(literal is DateOnly or DateTimeOffset ? ToWire(literal) : literal, CultureInfo.InvariantCulture)!;
            return type == typeof(string) ? text
                : type == typeof(Guid) ? Guid.Parse(text)
                : type == typeof(DateOnly) ? DateOnly.ParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture)
                : type == typeof(DateTimeOffset) ? XmlConvert.ToDateTimeOffset(text).ToUniversalTime()
                : Convert.ChangeType(text, type, CultureInfo.InvariantCulture);
        }
        catch (Exception error) when (error is FormatException or OverflowException or InvalidCastException)
        {
            return null;
        }
    }

    /// <summary>Decimals carry a variable scale and instants seven digits: the EDM defaults (0) would announce a loss.</summary>
    public static IEdmPrimitiveTypeReference Reference(Type clrType, bool nullable)
    {
        var kind = Kind(clrType);
        var primitive = EdmCoreModel.Instance.GetPrimitiveType(kind);
        return kind switch
        {
            EdmPrimitiveTypeKind.Decimal => new EdmDecimalTypeReference(primitive, nullable, precision: null, scale: null),
            EdmPrimitiveTypeKind.DateTimeOffset => new EdmTemporalTypeReference(primitive, nullable, precision: 7),
            _ => EdmCoreModel.Instance.GetPrimitive(kind, nullable),
        };
    }

    /// <summary>A CLR value as the protocol library writes it.</summary>
    public static object? ToWire(object? value) => value switch
    {
        DateOnly date => new Date(date.Year, date.Month, date.Day),
        TimeOnly time => new TimeOfDay(time.Ticks),
        DateTime { Kind: DateTimeKind.Local } local => new DateTimeOffset(local),
        DateTime instant => new DateTimeOffset(DateTime.SpecifyKind(instant, DateTimeKind.Utc)),
        _ => value,
    };

    /// <summary>A literal or key value as the protocol library parsed it, as a CLR value.</summary>
    public static object? FromWire(object? value) => value switch
    {
        Date date => new DateOnly(date.Year, date.Month, date.Day),
        TimeOfDay time => new TimeOnly(time.Ticks),
        float number => (double)number,
        byte number => (short)number,
        sbyte number => (short)number,
        DateTimeOffset instant => instant.ToUniversalTime(), // an instant has no offset; some databases take UTC only
        ODataNullValue => null,
        _ => value,
    };
}
