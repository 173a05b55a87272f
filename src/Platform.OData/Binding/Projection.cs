using System.Linq.Expressions;
using Microsoft.OData.UriParser;
using Platform.OData.Errors;
using Platform.OData.Model;
using Platform.OData.Parsing;
using Platform.OData.Rows;

namespace Platform.OData.Binding;

/// <summary>
/// Builds the last Select of a query: just the values asked for, expanded navigations as rows within the row, and
/// (unseen on the wire) the key and the ordering values that a next link needs. Entities are never materialised.
/// </summary>
internal sealed class Projection(BindingContext context)
{
    private readonly List<string> path = [];

    /// <summary>A clause that selects nothing: of references only the key is needed.</summary>
    public static readonly SelectExpandClause Nothing = new([], allSelected: false);

    /// <summary>Projects entities.</summary>
    public (RowLayout Layout, ResultShape Shape) Entities(
        EntityElement element, Expression instance, SelectExpandClause? clause, int depth, Action<RowBuilder>? more = null)
    {
        var scope = new Scope(context.Model, element, instance);
        var row = new RowBuilder();
        var fields = new List<Func<RowLayout, ResultField>>();
        foreach (var name in SelectedNames(element, clause))
        {
            var column = row.Add(scope.Value(name)!);
            fields.Add(layout => new ValueField(name, layout.Getter(column)));
        }
        foreach (var item in clause?.SelectedItems.OfType<ExpandedReferenceSelectItem>() ?? [])
            fields.Add(Expand(row, scope, item, depth + 1));
        var keys = element.Map.Keys.Select(key => (key.Name, Column: row.Add(scope.Value(key.Name)!))).ToList();
        int? version = element.Map.Version is { } changing ? row.Add(changing.On(instance)) : null;
        more?.Invoke(row);
        var layout = row.Build();
        return (layout, new ResultShape(
            element.Map,
            [.. fields.Select(field => field(layout))],
            [.. keys.Select(key => new ValueField(key.Name, layout.Getter(key.Column)))])
        {
            Version = version is { } changed ? layout.Getter(changed) : null,
        });
    }

    /// <summary>Projects rows that a transformation made.</summary>
    public static (RowLayout Layout, ResultShape Shape) Rows(
        RowElement element, Expression instance, IReadOnlyList<string>? selected, Action<RowBuilder>? more = null)
    {
        var row = new RowBuilder();
        var columns = new List<(string Path, int Column)>();
        var paths = element.Names.ToList();
        foreach (var path in selected is null || selected.Contains("*") ? paths : selected.Distinct())
        {
            var value = element.Value(instance, path);
            if (value is null)
            {
                throw Nearest.Of(path, paths) is { } nearest
                    ? new FaultException(ODataFaults.UnknownProperty, path, $"“{path}”; ý bạn là “{nearest}”?", $"“{path}”; did you mean “{nearest}”?")
                    : new FaultException(ODataFaults.UnknownProperty, path, $"“{path}”", $"“{path}”");
            }
            columns.Add((path, row.Add(value)));
        }
        var branch = element.Absent.Count == 0 ? -1 : row.Add(element.Value(instance, Combination.BranchName)!);
        more?.Invoke(row);
        var layout = row.Build();
        return (layout, Inline(columns.Select(column => new Leaf(column.Path, layout.Getter(column.Column), Absence(element, column.Path, layout, branch)))));
    }

    /// <summary>Whether a row of the combined chains lacks the column; null when every row has it.</summary>
    private static Func<object, bool>? Absence(RowElement element, string path, RowLayout layout, int branch)
    {
        if (!element.Absent.Any(absent => absent.Contains(path)))
            return null;
        var number = layout.Getter(branch);
        return row => element.Absent[(int)number(row)!].Contains(path);
    }

    private static ResultShape Inline(IEnumerable<Leaf> leaves) => new(
        null,
        [.. leaves.GroupBy(leaf => leaf.Path.Split('/')[0]).Select(group => group.First() is var first && first.Path == group.Key
            ? (ResultField)new ValueField(group.Key, first.Read) { IsAbsent = first.IsAbsent }
            : new InlineField(group.Key, Inline(group.Select(leaf => leaf with { Path = leaf.Path[(group.Key.Length + 1)..] }))))],
        []);

    private static IEnumerable<string> SelectedNames(EntityElement element, SelectExpandClause? clause)
    {
        var all = element.Names;
        if (clause is null || clause.AllSelected || clause.SelectedItems.OfType<WildcardSelectItem>().Any())
            return all;
        var selected = clause.SelectedItems.OfType<PathSelectItem>().Select(Name).ToHashSet(StringComparer.Ordinal);
        return all.Where(selected.Contains);
    }

    private static string Name(PathSelectItem item)
    {
        var segments = item.SelectedPath.Where(segment => segment is not TypeSegment).ToList(); // the own type is the only one
        if (item.HasOptions || segments.Count != 1)
            throw FaultException.NotSupported("$select(…)");
        return segments[0] switch
        {
            PropertySegment property => property.Property.Name,
            NavigationPropertySegment navigation => navigation.NavigationProperty.Name,
            var other => other.Identifier,
        };
    }

    private Func<RowLayout, ResultField> Expand(
        RowBuilder row, Scope scope, ExpandedReferenceSelectItem item, int depth)
    {
        if (depth > context.Options.MaxExpansionDepth)
            throw BindingContext.Limit(nameof(ODataOptions.MaxExpansionDepth), context.Options.MaxExpansionDepth);
        if (item.ApplyOption is not null)
            throw FaultException.NotSupported("$expand(…$apply)");
        context.CountNode();
        var name = item.PathToNavigationProperty.OfType<NavigationPropertySegment>().Last().NavigationProperty.Name;
        var inner = item switch
        {
            ExpandedNavigationSelectItem expanded when Levels(expanded, depth - 1) is > 1 and var levels => WithNextLevel(expanded, levels - 1),
            ExpandedNavigationSelectItem expanded => expanded.SelectAndExpand,
            _ => Nothing,
        };
        path.Add(name);
        var field = scope.Many(name) is { } many
            ? ExpandMany(row, item, name, many.Target, many.Items, inner, depth)
            : ExpandOne(row, scope, item, name, inner, depth);
        path.RemoveAt(path.Count - 1);
        return field;
    }

    private Func<RowLayout, ResultField> ExpandOne(
        RowBuilder row, Scope scope, ExpandedReferenceSelectItem item, string name, SelectExpandClause inner, int depth)
    {
        if (item.OrderByOption is not null || item.TopOption is not null || item.SkipOption is not null || item.CountOption is not null)
            throw new FaultException(
                ODataFaults.BadUrl, "$expand", $"{name} là một thực thể, không phải tập hợp", $"{name} is one entity and no collection");
        var target = scope.One(name)!;
        var element = Computed((EntityElement)target.Element, item.ComputeOption);
        var (layout, shape) = Entities(element, target.Instance, inner, depth);
        var isNone = target.Instance.IsNull();
        var within = new Scope(context.Model, element, target.Instance);
        if (item.FilterOption is { } filter)
            isNone = Expression.OrElse(isNone, Expression.Not(new ExpressionBinder(context, within).Condition(filter.Expression)));
        if (item.SearchOption is { } search)
            isNone = Expression.OrElse(isNone, Expression.Not(SearchText.Bind(
                context, search.Expression, (element.Map.SearchText ?? throw FaultException.NotSupported("$search")).On(target.Instance))));
        var column = row.Add(Expression.Condition(isNone, Expression.Constant(null, layout.ClrType), layout.Make, layout.ClrType));
        var references = item is not ExpandedNavigationSelectItem;
        return outer => new OneField(name, outer.Getter(column), shape with { IsReference = references });
    }

    private Func<RowLayout, ResultField> ExpandMany(
        RowBuilder row, ExpandedReferenceSelectItem item, string name, EntityMap target, Expression items, SelectExpandClause inner, int depth)
    {
        var element = Computed(new EntityElement(target), item.ComputeOption);
        var type = target.ClrType;
        context.CanBeLarge |= depth > (context.IsOfOne ? 2 : 1);
        if (item.FilterOption is { } filter)
            items = Where(items, element, scope => new ExpressionBinder(context, scope).Condition(filter.Expression));
        if (item.SearchOption is { } search)
            items = Where(items, element, scope => SearchText.Bind(
                context, search.Expression, (target.SearchText ?? throw FaultException.NotSupported("$search")).On(scope.Instance)));
        int? count = item.CountOption == true
            ? row.Add(Expression.Call(typeof(Enumerable), nameof(Enumerable.LongCount), [type], items))
            : null;
        items = Ordering.Apply(items, type, [.. Ordering.Terms(context, element, item.OrderByOption), .. Ordering.Identity(element)]);
        if (item.SkipOption is { } skip)
            items = Expression.Call(typeof(Enumerable), nameof(Enumerable.Skip), [type], items, Captured.Value(Bounded("$skip", skip)));
        var limit = context.Options.MaxExpandedItems;
        var rest = limit > 0 && (item.TopOption ?? long.MaxValue) > limit
            ? ExpandedParts.Rest(context.Expand, path, (item.SkipOption ?? 0) + limit, item.TopOption - limit)
            : null;
        if (rest is not null)
            items = Expression.Call(typeof(Enumerable), nameof(Enumerable.Take), [type], items, Captured.Value(limit + 1));
        else if (item.TopOption is { } top)
            items = Expression.Call(typeof(Enumerable), nameof(Enumerable.Take), [type], items, Captured.Value(Bounded("$top", top)));
        var instance = Expression.Parameter(type, "e" + depth);
        var (layout, shape) = Entities(element, instance, inner, depth);
        var rows = Expression.Call(
            typeof(Enumerable), nameof(Enumerable.Select), [type, layout.ClrType], items, Expression.Lambda(layout.Make, instance));
        var column = row.Add(Expression.Call(typeof(Enumerable), nameof(Enumerable.ToList), [layout.ClrType], rows));
        var references = item is not ExpandedNavigationSelectItem;
        return outer => new ManyField(name, outer.Getter(column), shape with { IsReference = references }, count is { } counted ? outer.Getter(counted) : null)
        {
            Limit = rest is null ? null : limit,
            Rest = rest,
        };
    }

    private MethodCallExpression Where(Expression items, EntityElement element, Func<Scope, Expression> condition)
    {
        var instance = Expression.Parameter(element.ClrType, "f");
        var lambda = Expression.Lambda(condition(new Scope(context.Model, element, instance)), instance);
        return Expression.Call(typeof(Enumerable), nameof(Enumerable.Where), [element.ClrType], items, lambda);
    }

    private EntityElement Computed(EntityElement element, ComputeClause? clause) =>
        (EntityElement)new Pipeline(context, Enumerable.Empty<object>().AsQueryable(), element).Compute(clause?.ComputedItems).Element;

    private int Bounded(string option, long value) => value <= context.Options.MaxTop
        ? (int)value
        : throw BindingContext.Limit(option, context.Options.MaxTop);

    private long Levels(ExpandedNavigationSelectItem item, int depth)
    {
        var left = context.Options.MaxExpansionDepth - depth;
        return item.LevelsOption switch
        {
            null => 1,
            { IsMaxLevel: true } => left,
            { Level: var level } when level <= left => level,
            _ => throw BindingContext.Limit(nameof(ODataOptions.MaxExpansionDepth), context.Options.MaxExpansionDepth),
        };
    }

    /// <summary>The inner clause with the same navigation expanded once more.</summary>
    private static SelectExpandClause WithNextLevel(ExpandedNavigationSelectItem item, long levels)
    {
        var next = new ExpandedNavigationSelectItem(
            item.PathToNavigationProperty, item.NavigationSource, item.SelectAndExpand, item.FilterOption, item.OrderByOption,
            item.TopOption, item.SkipOption, item.CountOption, item.SearchOption, new LevelsClause(false, levels), item.ComputeOption);
        return new SelectExpandClause([.. item.SelectAndExpand.SelectedItems, next], item.SelectAndExpand.AllSelected);
    }

    private sealed record Leaf(string Path, Func<object, object?> Read, Func<object, bool>? IsAbsent);
}
