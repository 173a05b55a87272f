using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.OData;
using Microsoft.OData.Edm;
using Microsoft.OData.UriParser;
using Microsoft.OData.UriParser.Aggregation;
using Platform.OData.Execution;
using Platform.OData.Parsing;
using Platform.OData.Rows;

namespace Platform.OData.Writing;

/// <summary>The context URL of an answer, as the protocol library makes it of the request.</summary>
internal static class ContextUrl
{
    /// <summary>The URL, read from an answer without rows.</summary>
    public static async Task<string> Of(ODataModel model, Uri serviceRoot, ODataVersion version, ODataQuery query, Plan plan)
    {
        using var body = new MemoryStream();
        await LibraryMessage.Write(model, serviceRoot, version, Parts(serviceRoot, query, plan), new HeaderDictionary(), body, "application/json;odata.metadata=minimal", async message =>
        {
            var (set, type) = Target(model, query, plan);
            if (plan.Answer == Answer.Entity)
            {
                var entity = await message.CreateODataResourceWriterAsync(set, type);
                await entity.WriteStartAsync(new ODataResource());
                await entity.WriteEndAsync();
                await entity.FlushAsync();
                return;
            }
            var collection = await message.CreateODataResourceSetWriterAsync(set, type);
            await collection.WriteStartAsync(new ODataResourceSet());
            await collection.WriteEndAsync();
            await collection.FlushAsync();
        });
        using var answer = JsonDocument.Parse(body.GetBuffer().AsMemory(0, (int)body.Length));
        return answer.RootElement.GetProperty("@odata.context").GetString()!;
    }

    /// <summary>What the library makes the URL of.</summary>
    public static ODataUri Parts(Uri serviceRoot, ODataQuery query, Plan plan) => new()
    {
        ServiceRoot = serviceRoot,
        Path = query.Path,
        SelectAndExpand = Named(query.SelectExpand),
        Apply = plan.Shape.Map is null && plan.Answer == Answer.Collection ? Named(plan.Shape) : null,
    };

    /// <summary>
    /// The columns of transformed rows as the context URL names them. Given the clause itself the library also names what was
    /// computed before a grouping and is gone.
    /// </summary>
    private static ApplyClause Named(ResultShape shape) => new(
    [
        new AggregateTransformationNode([.. Names(shape).Select(name => new AggregateExpression(
            new ConstantNode(0L), AggregationMethod.VirtualPropertyCount, name, EdmCoreModel.Instance.GetInt64(isNullable: false)))]),
    ]);

    /// <summary>
    /// The grammar of context URLs names an expanded navigation in one way, whether its entities or their references are sent;
    /// the library writes a segment <c>$ref</c> that is no part of it, and the name once more as if it were selected.
    /// </summary>
    private static SelectExpandClause? Named(SelectExpandClause? clause) => clause is null || !HasReferences(clause)
        ? clause
        : new SelectExpandClause(
            clause.SelectedItems.Where(item => !IsReferenced(clause, item)).Select(item => item switch
            {
                ExpandedNavigationSelectItem expanded => new ExpandedNavigationSelectItem(expanded.PathToNavigationProperty, expanded.NavigationSource, Named(expanded.SelectAndExpand)),
                ExpandedReferenceSelectItem reference => new ExpandedNavigationSelectItem(reference.PathToNavigationProperty, reference.NavigationSource, Whole),
                _ => item,
            }),
            clause.AllSelected);

    private static bool IsReferenced(SelectExpandClause clause, SelectItem item) =>
        item is PathSelectItem { SelectedPath.LastSegment: NavigationPropertySegment { NavigationProperty: var selected } }
        && clause.SelectedItems.Any(other => other is ExpandedReferenceSelectItem and not ExpandedNavigationSelectItem
            && ((ExpandedReferenceSelectItem)other).PathToNavigationProperty.LastSegment is NavigationPropertySegment expanded && expanded.NavigationProperty == selected);

    private static bool HasReferences(SelectExpandClause clause) => clause.SelectedItems.Any(item =>
        item is ExpandedNavigationSelectItem expanded ? HasReferences(expanded.SelectAndExpand) : item is ExpandedReferenceSelectItem);

    private static SelectExpandClause Whole => new([], allSelected: true);

    private static IEnumerable<string> Names(ResultShape shape) => shape.Fields.Select(field =>
        field is InlineField inline ? $"{inline.Name}({string.Join(',', Names(inline.Shape))})" : field.Name);

    /// <summary>Rows of transformations borrow the set that the path starts from; the context URL tells them apart.</summary>
    public static (IEdmEntitySet Set, IEdmEntityType Type) Target(ODataModel model, ODataQuery query, Plan plan)
    {
        var map = plan.Shape.Map ?? model.Set(((EntitySetSegment)query.Path.FirstSegment).EntitySet.Name);
        return (map.EdmSet, map.EdmType);
    }
}
