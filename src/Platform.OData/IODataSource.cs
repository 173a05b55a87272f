using System.Linq.Expressions;

namespace Platform.OData;

/// <summary>
/// The host's data behind the model, one per request. What a query may see is the host's business: the queryable
/// already carries tenant and role filters, and this module only ever narrows it.
/// </summary>
public interface IODataSource
{
    /// <summary>The rows of an entity set that the caller may see.</summary>
    /// <param name="setName">Name of the set as declared in the model.</param>
    IQueryable<T> Query<T>(string setName) where T : class;

    /// <summary>
    /// Makes a query ready to be run for any caller: what is worked out once for a shape of request is kept, and only values differ
    /// between requests of that shape. It is given another request's source and the values, and must read that source's rows only,
    /// with all that narrows them. Default: null, it cannot compile; every request is worked out anew.
    /// </summary>
    /// <param name="query">A query made of this source's queryables, with parameters where values belong.</param>
    /// <param name="parameters">The parameters, at most 14, in the order in which their values will be given.</param>
    Func<IODataSource, IReadOnlyList<object?>, IAsyncEnumerable<object>>? Compile(IQueryable query, IReadOnlyList<ParameterExpression> parameters) => null;

    /// <summary>
    /// What the caller could see in an entity set and cannot any more: deleted entities, and those that left the
    /// caller's reach. Asked only for sets that declare <see cref="EntitySetBuilder{T}.Changes"/>.
    /// </summary>
    /// <param name="setName">Name of the set as declared in the model.</param>
    IQueryable<RemovedEntity> Removed(string setName) => Array.Empty<RemovedEntity>().AsQueryable();

    /// <summary>
    /// The number up to which every change of a set is to be seen: nothing that is committed later has that number or a smaller
    /// one. Null where that is the largest number in the set, as it is when numbers are given in the order of commits.
    /// </summary>
    /// <param name="setName">Name of the set as declared in the model.</param>
    /// <param name="cancel">Ends the question.</param>
    Task<long?> LatestChange(string setName, CancellationToken cancel) => Task.FromResult<long?>(null);

    /// <summary>
    /// How many rows the database expects the largest part of a statement to go through; null when it cannot tell. Asked, before it runs, for
    /// statements that can be far larger than what they answer.
    /// </summary>
    /// <param name="query">The statement's query.</param>
    /// <param name="cancel">Ends the question.</param>
    Task<double?> EstimateRows(IQueryable query, CancellationToken cancel) => Task.FromResult<double?>(null);
}

/// <summary>One entity that is gone from a set.</summary>
public sealed class RemovedEntity
{
    /// <summary>Number of the removal in the set's sequence of changes.</summary>
    public long Sequence { get; init; }

    /// <summary>The entity's key as it stands in its URL between the parentheses, for example <c>42</c> or <c>'05953'</c>.</summary>
    public required string Key { get; init; }
}
