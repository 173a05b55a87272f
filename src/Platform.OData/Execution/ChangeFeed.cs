using System.Linq.Expressions;
using System.Text.Json;
using Microsoft.OData.UriParser;
using Platform.OData.Binding;
using Platform.OData.Errors;
using Platform.OData.Model;
using Platform.OData.Parsing;
using Platform.OData.Rows;

namespace Platform.OData.Execution;

/// <summary>Where a client stands in the changes of a set: all up to a number, or on its way from there to a later one.</summary>
internal sealed record DeltaToken(long Since, long? Until = null, JsonElement[]? Changed = null, long RemovedSequence = 0, string? RemovedKey = null)
{
    /// <summary>When the number was the latest.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary>When the later number was.</summary>
    public DateTimeOffset UntilAt { get; init; }

    /// <summary>How long the link was to be answered when it was given; a longer time set since brings nothing forgotten back.</summary>
    public TimeSpan Lifetime { get; init; }

    public bool IsOutlived(ODataOptions options) =>
        options.Clock.GetUtcNow() - At > (Lifetime < options.DeltaLinkLifetime ? Lifetime : options.DeltaLinkLifetime);
}

/// <summary>One change: an entity as it is now, or the key of one that is gone or no longer fits the filter.</summary>
internal sealed record Change(long Sequence, object? Row, string? RemovedKey, bool Fits);

/// <summary>One page of changes, and where the next request begins.</summary>
internal sealed record ChangePage(IReadOnlyList<Change> Changes, ResultShape Shape, DeltaToken Next);

/// <summary>
/// The changes of a set since a number of its sequence, in the order in which they happened: changed entities and
/// removed ones. Both come from the database page by page; the number that this round ends at is fixed when it
/// begins, so that changes made meanwhile belong to the next one.
/// </summary>
internal sealed class ChangeFeed(BindingContext context, ODataQuery query, IODataSource source, int pageSize)
{
    private static readonly string[] Reshaping = ["$apply", "$search", "$top", "$skip", "$expand", "$compute"];

    private readonly EntityMap map = context.Model.Set(((EntitySetSegment)query.Path.FirstSegment).EntitySet.Name);

    /// <summary>Whether the request is of a kind whose changes can be told: entities of one set, whole or filtered.</summary>
    public static bool CanTrack(ODataModel model, ODataQuery query) =>
        query.Path.Count == 1 && query.Path.FirstSegment is EntitySetSegment set && model.Set(set.EntitySet.Name).Sequence is not null
        && !Reshaping.Any(option => query.Options[option] is not null);

    /// <summary>The number of the latest change that the caller can see.</summary>
    public async Task<long> Latest(CancellationToken cancel)
    {
        if (await source.LatestChange(map.SetName, cancel) is { } told)
            return told;
        var entities = Planner.Source(source, map);
        var instance = Expression.Parameter(map.ClrType, "x");
        var row = new RowBuilder();
        var column = row.Add(map.Sequence!.On(instance));
        var layout = row.Build();
        var latest = await RowStream.First(
            entities.OrderBy(map.Sequence!, descending: true, first: true).Take(1).Select(Expression.Lambda(layout.Make, instance)), cancel);
        var removed = await RowStream.First(source.Removed(map.SetName).OrderByDescending(gone => gone.Sequence).Take(1), cancel);
        return Math.Max(latest is null ? 0 : (long)layout.Getter(column)(latest)!, (removed as RemovedEntity)?.Sequence ?? 0);
    }

    public async Task<ChangePage> Read(DeltaToken token, CancellationToken cancel)
    {
        if (token.IsOutlived(context.Options))
            throw new FaultException(
                ODataFaults.DeltaGone, "$deltatoken", $"đã quá {context.Options.DeltaLinkLifetime.TotalDays:0.##} ngày", $"older than {context.Options.DeltaLinkLifetime.TotalDays:0.##} days");
        var untilAt = token.Until is null ? context.Options.Clock.GetUtcNow() : token.UntilAt;
        var latest = await Latest(cancel);
        if (token.Since > latest) // a database that counts anew, such as one restored elsewhere
            throw new FaultException(ODataFaults.DeltaGone, "$deltatoken");
        var until = token.Until ?? latest;
        var element = new EntityElement(map);
        List<OrderTerm> terms = [new OrderTerm(map.Sequence!, Descending: false, CanBeNull: false), .. Ordering.Identity(element)];
        var (changed, shape, read) = Changed(element, terms, token, until);
        var gone = source.Removed(map.SetName).Where(removed => removed.Sequence <= until);
        gone = token.RemovedKey is { } key
            ? gone.Where(removed => removed.Sequence > token.RemovedSequence || (removed.Sequence == token.RemovedSequence && removed.Key.CompareTo(key) > 0))
            : gone.Where(removed => removed.Sequence > token.Since);

        var changes = new List<Change>();
        await foreach (var row in RowStream.Of(changed, cancel))
            changes.Add(new Change((long)read[0](row)!, row, RemovedKey: null, (bool?)read[^1](row) == true));
        await foreach (var row in RowStream.Of(gone.OrderBy(removed => removed.Sequence).ThenBy(removed => removed.Key).Take(pageSize + 1), cancel))
            changes.Add(new Change(((RemovedEntity)row).Sequence, Row: null, ((RemovedEntity)row).Key, Fits: false));
        // With one number for several changes, what was removed and made anew must end as there.
        changes = [.. changes.OrderBy(change => change.Sequence).ThenBy(change => change.Row is not null)];
        if (changes.Count <= pageSize)
            return new ChangePage(changes, shape, new DeltaToken(until) { At = untilAt, Lifetime = context.Options.DeltaLinkLifetime });

        var page = changes.GetRange(0, pageSize);
        var lastRow = page.FindLast(change => change.Row is not null)?.Row;
        var lastGone = page.FindLast(change => change.Row is null);
        return new ChangePage(page, shape, new DeltaToken(
            token.Since, until,
            lastRow is null ? token.Changed : SkipToken.Json(read.SkipLast(1).Select(value => value(lastRow))),
            lastGone?.Sequence ?? token.RemovedSequence, lastGone?.RemovedKey ?? token.RemovedKey)
        { At = token.At, UntilAt = untilAt, Lifetime = token.Lifetime });
    }

    /// <summary>Entities that changed, whether or not they fit the filter now: the client may have had those that do not.</summary>
    private (IQueryable Query, ResultShape Shape, IReadOnlyList<Func<object, object?>> Read) Changed(
        EntityElement element, List<OrderTerm> terms, DeltaToken token, long until)
    {
        var instance = Expression.Parameter(map.ClrType, "x");
        var sequence = map.Sequence!.On(instance);
        var rows = Planner.Source(source, map)
            .Where(Expression.Lambda(Expression.LessThanOrEqual(sequence, Captured.Value(until)), instance))
            .Where(token.Changed is { } last
                ? Ordering.After(map.ClrType, terms, SkipToken.Values("$deltatoken", last, terms))
                : Expression.Lambda(Expression.GreaterThan(sequence, Captured.Value(token.Since)), instance));
        rows = Ordering.Apply(rows, terms).Take(pageSize + 1);
        var item = Expression.Parameter(map.ClrType, "x");
        var fits = query.Filter is { } filter
            ? new ExpressionBinder(context, new Scope(context.Model, element, item)).Condition(filter.Expression)
            : Expression.Constant(true);
        var columns = new List<int>();
        var (layout, shape) = new Projection(context).Entities(element, item, query.SelectExpand, 0, row =>
        {
            columns.AddRange(terms.Select(term => row.Add(term.Value.On(item))));
            columns.Add(row.Add(fits));
        });
        return (rows.Select(Expression.Lambda(layout.Make, item)), shape, [.. columns.Select(layout.Getter)]);
    }
}
