using System.Linq.Expressions;
using System.Reflection;

namespace Platform.OData.Rows;

/// <summary>Collects the values of a projection; every value type becomes nullable, so that "no row" reads as null.</summary>
internal sealed class RowBuilder
{
    private readonly List<Expression> values = [];

    public int Count => values.Count;

    /// <summary>Whether equal values get columns of their own: rows that are put together must be built alike.</summary>
    public bool KeepsAll { get; init; }

    /// <summary>Adds a column and gives its number; a member that is there already is not read twice.</summary>
    public int Add(Expression value)
    {
        var lifted = value.Lifted();
        var text = !KeepsAll && IsPath(lifted) ? lifted.ToString() : null;
        var same = text is null ? -1 : values.FindIndex(known => IsPath(known) && known.Type == lifted.Type && known.ToString() == text);
        if (same >= 0)
            return same;
        values.Add(lifted);
        return values.Count - 1;
    }

    /// <summary>Columns are numbered as added; slots are sorted by type so that similar projections share a row type.</summary>
    public RowLayout Build()
    {
        var order = Enumerable.Range(0, values.Count)
            .OrderBy(column => values[column].Type.ToString(), StringComparer.Ordinal)
            .ToArray();
        var type = RowType.For([.. order.Select(column => values[column].Type)]);
        var slotOf = new int[values.Count];
        for (var slot = 0; slot < order.Length; slot++)
            slotOf[order[slot]] = slot;
        var bindings = order.Select((column, slot) => Expression.Bind(type.Slots[slot], values[column]));
        return new RowLayout(type, slotOf, Expression.MemberInit(Expression.New(type.ClrType), bindings));
    }

    private static bool IsPath(Expression value) => value switch
    {
        ParameterExpression => true,
        MemberExpression { Expression: { } instance } => IsPath(instance),
        UnaryExpression { NodeType: ExpressionType.Convert } convert => IsPath(convert.Operand),
        _ => false,
    };
}

/// <summary>A finished projection: the row type, where each column lies in it, and the expression that makes a row.</summary>
internal sealed class RowLayout(RowType type, int[] slotOf, MemberInitExpression make)
{
    public Type ClrType => type.ClrType;
    public MemberInitExpression Make => make;
    public FieldInfo Field(int column) => type.Slots[slotOf[column]];
    public Func<object, object?> Getter(int column) => type.Getters[slotOf[column]];
}
