using System.Globalization;
using Microsoft.OData.Edm;
using Platform.OData.Errors;

namespace Platform.OData.Parsing;

/// <summary>
/// Finds the key in a path that is not of its type. The library calls it a syntax error of the whole path, though the mistake is
/// one of the most frequent: a code where an id is meant, or text without quotes.
/// </summary>
internal static class PathKeys
{
    public static FaultException? Mistake(IEdmModel edm, string path)
    {
        IEdmEntityType? type = null;
        foreach (var segment in Splitting.Split(path, '/'))
        {
            var open = segment.IndexOf('(', StringComparison.Ordinal);
            var name = open < 0 ? segment : segment[..open];
            var isKeyOfBefore = type is not null && open < 0 && Followed(edm, type, name) is null && type.FindProperty(name) is null && !name.StartsWith('$') && !name.Contains('.', StringComparison.Ordinal);
            if (isKeyOfBefore)
            {
                if (Wrong(type!, segment, isQuoted: false) is { } mistaken)
                    return mistaken;
                continue;
            }
            type = Followed(edm, type, name);
            if (type is null)
                return null;
            if (open >= 0 && segment[^1] == ')' && Wrong(type, segment[(open + 1)..^1], isQuoted: true) is { } mistake)
                return mistake;
        }
        return null;
    }

    private static IEdmEntityType? Followed(IEdmModel edm, IEdmEntityType? type, string name) => type is null
        ? edm.EntityContainer.EntitySets().FirstOrDefault(set => set.Name.Equals(name, StringComparison.OrdinalIgnoreCase))?.EntityType()
        : type.NavigationProperties().FirstOrDefault(navigation => navigation.Name.Equals(name, StringComparison.OrdinalIgnoreCase))?.ToEntityType();

    private static FaultException? Wrong(IEdmEntityType type, string key, bool isQuoted)
    {
        if (type.Key().ToList() is not [var only])
            return null;
        var value = key.StartsWith(only.Name + "=", StringComparison.OrdinalIgnoreCase) ? key[(only.Name.Length + 1)..] : key;
        if (value.Length == 0 || value[0] == '@' || value.Contains(',', StringComparison.Ordinal) || Fits(only.Type, value, isQuoted))
            return null;
        var wanted = only.Type.PrimitiveKind();
        var (vi, en) = wanted == EdmPrimitiveTypeKind.String ? ("chuỗi trong nháy đơn, ví dụ 'abc'", "text in single quotes, such as 'abc'") : ($"{wanted}", $"{wanted}");
        return new FaultException(
            ODataFaults.BadUrl, "path",
            $"khóa {only.Name} của {type.Name} là {vi}, không phải {value}", $"the key {only.Name} of {type.Name} is {en}, not {value}")
        { Position = 0 };
    }

    private static bool Fits(IEdmTypeReference type, string value, bool isQuoted) => type.PrimitiveKind() switch
    {
        EdmPrimitiveTypeKind.Guid => Guid.TryParse(value, out _),
        EdmPrimitiveTypeKind.Int16 or EdmPrimitiveTypeKind.Int32 or EdmPrimitiveTypeKind.Int64 => long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _),
        EdmPrimitiveTypeKind.String => !isQuoted || (value.Length > 1 && value[0] == '\'' && value[^1] == '\''),
        _ => true,
    };
}
