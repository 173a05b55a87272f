using Platform.OData.Binding;
using Platform.OData.Rows;
using Platform.OData.Writing;

namespace Platform.OData.Execution;

/// <summary>What an answer consists of.</summary>
internal enum Answer
{
    Collection,
    Entity,
    Property,
    RawValue,
    Count,
    Reference,
    References,
}

/// <summary>A bound request: one statement whose rows are the answer. Nothing has been sent to the database yet.</summary>
internal sealed record Plan(Answer Answer, IQueryable Query, ResultShape Shape)
{
    /// <summary>The query's rows, where it was made ready before.</summary>
    public Func<IAsyncEnumerable<object>>? Ready { get; init; }

    /// <summary>Counts the entity that the path goes through; nothing there means 404 for what lies below it.</summary>
    public CountQuery? Parent { get; init; }

    /// <summary>Whether a key was given for what is addressed: then nothing there is 404, even below an entity that exists.</summary>
    public bool IsKeyed { get; init; }

    /// <summary>The number of rows regardless of paging, when <c>$count=true</c> asked for it.</summary>
    public CountQuery? Total { get; init; }

    /// <summary>Where a client that tracks changes asks for them, once it has the last page.</summary>
    public Uri? DeltaLink { get; init; }

    /// <summary>The context URL below the service root, once it is known.</summary>
    public string? Context { get; init; }

    /// <summary>The shape made ready for writing, once it is known.</summary>
    public RowFormat? Format { get; init; }

    public IReadOnlyList<OrderTerm> Order { get; init; } = [];

    /// <summary>Reads from a row the values that it is ordered by, for the next link.</summary>
    public IReadOnlyList<Func<object, object?>> OrderValues { get; init; } = [];

    /// <summary>Rows on this page; the query asks for one more, to know whether there is a next page.</summary>
    public int? PageSize { get; init; }
}

internal sealed record CountQuery(IQueryable Query, Func<object, object?> Read)
{
    /// <summary>The query's one row, where it was made ready before.</summary>
    public Func<IAsyncEnumerable<object>>? Ready { get; init; }

    public static CountQuery Of(IQueryable query)
    {
        var (counting, read) = query.Counted();
        return new CountQuery(counting, read);
    }
}
