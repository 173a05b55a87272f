using System.Collections;
using Microsoft.OData;
using Platform.OData.Model;
using Platform.OData.Parsing;
using Platform.OData.Rows;

namespace Platform.OData.Writing;

/// <summary>Writes one projected row, and the rows expanded within it, to the protocol library's writer.</summary>
internal sealed class RowWriter(ODataWriter writer, Uri serviceRoot, Negotiation agreed, bool isDelta = false)
{
    private readonly bool omitsNulls = agreed.Preferences.OmitNulls;

    public async Task Write(object row, ResultShape shape)
    {
        await writer.WriteStartAsync(Resource(row, shape));
        foreach (var field in shape.Fields)
        {
            switch (field)
            {
                case OneField one:
                    await Nested(one.Name, isCollection: false, () => WriteOne(one.Read(row), one.Shape));
                    break;
                case InlineField inline when !inline.Shape.IsAbsent(row):
                    await Nested(inline.Name, isCollection: false, () => Write(row, inline.Shape));
                    break;
                case ManyField many:
                    await Nested(many.Name, isCollection: true, () => WriteMany(row, many, shape));
                    break;
            }
        }
        await writer.WriteEndAsync();
    }

    private async Task WriteOne(object? row, ResultShape shape)
    {
        if (row is not null)
        {
            await Write(row, shape);
            return;
        }
        await writer.WriteStartAsync((ODataResource?)null);
        await writer.WriteEndAsync();
    }

    private async Task WriteMany(object row, ManyField many, ResultShape owner)
    {
        var members = (IList?)many.Read(row) ?? Array.Empty<object>();
        var set = new ODataResourceSet { Count = (long?)many.Count?.Invoke(row) };
        if (members.Count > many.Limit)
            set.NextPageLink = RestLink(serviceRoot, owner, row, many, agreed);
        await writer.WriteStartAsync(set);
        for (var i = 0; i < Math.Min(members.Count, many.Limit ?? int.MaxValue); i++)
            await Write(members[i]!, many.Shape);
        await writer.WriteEndAsync();
    }

    /// <summary>Where the members beyond the limit are.</summary>
    internal static Uri RestLink(Uri serviceRoot, ResultShape owner, object row, ManyField many, Negotiation agreed) =>
        new($"{EntityUrl.Of(serviceRoot, owner, row, agreed.Version).AbsoluteUri}/{many.Name}{(many.Shape.IsReference ? "/$ref" : "")}?{many.Rest}");

    private async Task Nested(string name, bool isCollection, Func<Task> content)
    {
        await writer.WriteStartAsync(new ODataNestedResourceInfo { Name = name, IsCollection = isCollection });
        await content();
        await writer.WriteEndAsync();
    }

    private ODataResource Resource(object row, ResultShape shape)
    {
        if (shape.IsReference)
            return new ODataResource { Id = EntityUrl.Of(serviceRoot, shape, row, agreed.Version), Properties = [] };
        var resource = new ODataResource
        {
            Properties = [.. shape.Fields.OfType<ValueField>().Where(field => field.IsAbsent?.Invoke(row) != true)
                .Select(field => new ODataProperty { Name = field.Name, Value = EdmTypes.ToWire(field.Read(row)) })
                .Where(property => property.Value is not null || !omitsNulls)],
        };
        if (shape.Map is { } map)
            resource.TypeName = map.EdmType.Namespace + "." + map.EdmType.Name;
        if (shape.Version is not null && agreed.Metadata != "none")
            resource.ETag = $"W/\"{EntityVersion.Of(shape, row)}\"";
        if (isDelta && !shape.Keys.All(key => shape.Fields.Any(field => field.Name == key.Name)))
            resource.Id = EntityUrl.Of(serviceRoot, shape, row, agreed.Version); // else nothing tells which one changed
        if (agreed.Metadata == "full" && shape.Map is not null)
            resource.Id = resource.ReadLink = EntityUrl.Of(serviceRoot, shape, row, agreed.Version);
        return resource;
    }
}
