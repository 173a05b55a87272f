using Platform.OData.Model;

namespace Platform.OData.Rows;

/// <summary>How to read and write one projected row: its fields in wire order and, for entities, its key.</summary>
internal sealed record ResultShape(EntityMap? Map, IReadOnlyList<ResultField> Fields, IReadOnlyList<ValueField> Keys)
{
    /// <summary>Reads the entity's version, where the set has one.</summary>
    public Func<object, object?>? Version { get; init; }

    /// <summary>Whether only references to the entities are written.</summary>
    public bool IsReference { get; init; }

    /// <summary>Whether a row has none of the fields.</summary>
    public bool IsAbsent(object row) => Fields.All(field => field switch
    {
        ValueField value => value.IsAbsent?.Invoke(row) == true,
        InlineField inline => inline.Shape.IsAbsent(row),
        _ => false,
    });
}

/// <summary>One member of a row on the wire.</summary>
internal abstract record ResultField(string Name);

/// <summary>A primitive value.</summary>
internal sealed record ValueField(string Name, Func<object, object?> Read) : ResultField(Name)
{
    /// <summary>Whether a row does not have the value at all, which differs from null; unset when every row has it.</summary>
    public Func<object, bool>? IsAbsent { get; init; }
}

/// <summary>An expanded to-one navigation: a row, or null.</summary>
internal sealed record OneField(string Name, Func<object, object?> Read, ResultShape Shape) : ResultField(Name);

/// <summary>An expanded to-many navigation: a list of rows, and their number before paging when it was asked for.</summary>
internal sealed record ManyField(string Name, Func<object, object?> Read, ResultShape Shape, Func<object, object?>? Count)
    : ResultField(Name)
{
    /// <summary>Members that are written; one more is read, to know whether there are more.</summary>
    public int? Limit { get; init; }

    /// <summary>Query string that reads the members beyond the limit.</summary>
    public string? Rest { get; init; }
}

/// <summary>Columns of the same row that are written under a name: grouping properties reached over a navigation.</summary>
internal sealed record InlineField(string Name, ResultShape Shape) : ResultField(Name);
