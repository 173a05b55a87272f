using System.Linq.Expressions;
using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("Platform.OData.Rows")]

namespace Platform.OData.Rows;

/// <summary>
/// Base of all emitted row types. Rows are equal when their slots are: grouping and distinct over in-memory
/// sequences rely on it (a database never sees these methods).
/// </summary>
internal abstract class Row
{
    public override bool Equals(object? obj) =>
        obj is Row other && other.GetType() == GetType() && RowType.Of(this).Getters.All(get => Equals(get(this), get(other)));

    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var get in RowType.Of(this).Getters)
            hash.Add(get(this));
        return hash.ToHashCode();
    }
}

/// <summary>
/// A class emitted at run time with one public field per slot. Types are shared by every query whose slots have the
/// same CLR types (callers sort them), so their number depends on the model and not on what clients send.
/// </summary>
internal sealed class RowType
{
    private static readonly ModuleBuilder Module = AssemblyBuilder
        .DefineDynamicAssembly(new AssemblyName("Platform.OData.Rows"), AssemblyBuilderAccess.Run)
        .DefineDynamicModule("Rows");

    private static readonly Lock Gate = new();
    private static readonly Dictionary<string, RowType> BySlots = [];
    private static readonly Dictionary<Type, RowType> ByClrType = [];

    private RowType(Type clrType, int slots)
    {
        ClrType = clrType;
        Slots = [.. Enumerable.Range(0, slots).Select(slot => clrType.GetField("F" + slot)!)];
        Getters = [.. Slots.Select(Getter)];
    }

    public Type ClrType { get; }
    public IReadOnlyList<FieldInfo> Slots { get; }
    public IReadOnlyList<Func<object, object?>> Getters { get; }

    public static RowType For(IReadOnlyList<Type> slots)
    {
        var name = string.Join('|', slots.Select(slot => slot.ToString()));
        lock (Gate)
        {
            if (BySlots.TryGetValue(name, out var known))
                return known;
            var type = Module.DefineType("Row" + BySlots.Count, TypeAttributes.Public | TypeAttributes.Sealed, typeof(Row));
            type.DefineDefaultConstructor(MethodAttributes.Public);
            for (var slot = 0; slot < slots.Count; slot++)
                type.DefineField("F" + slot, slots[slot], FieldAttributes.Public);
            var row = new RowType(type.CreateType(), slots.Count);
            ByClrType.Add(row.ClrType, row);
            return BySlots[name] = row;
        }
    }

    public static RowType Of(Row row)
    {
        lock (Gate)
            return ByClrType[row.GetType()];
    }

    private static Func<object, object?> Getter(FieldInfo field)
    {
        var row = Expression.Parameter(typeof(object));
        var value = Expression.Field(Expression.Convert(row, field.DeclaringType!), field);
        return Expression.Lambda<Func<object, object?>>(Expression.Convert(value, typeof(object)), row).Compile();
    }
}
