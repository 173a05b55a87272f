using System.Linq.Expressions;
using System.Reflection;

namespace Platform.OData.Model;

/// <summary>Reads from a value expression whether it can be null: by its type, else by the members on the way to it.</summary>
internal static class Nullability
{
    public static bool Of(LambdaExpression value)
    {
        if (value.ReturnType.IsValueType)
            return Nullable.GetUnderlyingType(value.ReturnType) is not null;
        var context = new NullabilityInfoContext();
        for (var node = value.Body; node is MemberExpression member; node = member.Expression)
        {
            var info = member.Member switch
            {
                PropertyInfo property => context.Create(property),
                FieldInfo field => context.Create(field),
                _ => null,
            };
            if (info?.ReadState == NullabilityState.Nullable)
                return true;
        }
        return false;
    }
}
