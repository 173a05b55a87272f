using System.Globalization;
using System.Xml;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OData;
using Microsoft.OData.Edm;
using Microsoft.OData.UriParser;
using Microsoft.OData.UriParser.Aggregation;
using Platform.OData.Execution;
using Platform.OData.Model;
using Platform.OData.Parsing;
using Platform.OData.Rows;

namespace Platform.OData.Writing;

/// <summary>
/// Writes answers in OData's JSON format. Collections are streamed and flushed as they come, so memory does not grow
/// with them; nothing is written before the first row has arrived, so that a failing query still gets a clean error.
/// </summary>
internal sealed class AnswerWriter(HttpResponse response, ODataModel model, Negotiation agreed, Uri serviceRoot)
{
    private const int RowsPerFlush = 100;

    public Task ServiceDocument() => Json(
        new ODataUri { ServiceRoot = serviceRoot },
        message => message.WriteServiceDocumentAsync(model.Edm.GenerateServiceDocument()));

    public Task Collection(
        ODataQuery query, Plan plan, long? total, IAsyncEnumerator<object> rows, bool hasRow, Func<object, int, Uri> nextLink) =>
        Json(Context(query, plan), async message =>
        {
            var (set, type) = Target(model, query, plan);
            var writer = await message.CreateODataResourceSetWriterAsync(set, type);
            var result = new ODataResourceSet { Count = total };
            await writer.WriteStartAsync(result);
            var row = new RowWriter(writer, serviceRoot, agreed);
            var (written, last) = (0, (object?)null);
            for (; hasRow; hasRow = await rows.MoveNextAsync())
            {
                if (written == plan.PageSize)
                {
                    result.NextPageLink = nextLink(last!, written);
                    break;
                }
                last = rows.Current;
                await row.Write(last, plan.Shape);
                if (++written % RowsPerFlush == 0)
                    await writer.FlushAsync();
            }
            if (result.NextPageLink is null)
                result.DeltaLink = plan.DeltaLink;
            await writer.WriteEndAsync();
            await writer.FlushAsync();
        });

    public Task Changes(ODataQuery query, ChangePage page, Uri link) => Json(
        new ODataUri { ServiceRoot = serviceRoot, Path = query.Path, SelectAndExpand = query.SelectExpand },
        async message => await ChangeWriter.Write(
            await message.CreateODataDeltaResourceSetWriterAsync(page.Shape.Map!.EdmSet, page.Shape.Map.EdmType), page, link, serviceRoot, agreed));

    public Task Entity(ODataQuery query, Plan plan, object entity) => Json(Context(query, plan), async message =>
    {
        var writer = await message.CreateODataResourceWriterAsync(plan.Shape.Map!.EdmSet, plan.Shape.Map.EdmType);
        await new RowWriter(writer, serviceRoot, agreed).Write(entity, plan.Shape);
        await writer.FlushAsync();
    });

    public Task Reference(Plan plan, object entity) => Json(
        new ODataUri { ServiceRoot = serviceRoot },
        message => message.WriteEntityReferenceLinkAsync(new ODataEntityReferenceLink { Url = EntityUrl.Of(serviceRoot, plan.Shape, entity, agreed.Version) }));

    /// <summary>References of one page: no more than the largest page, so they are collected before they are written.</summary>
    public async Task References(Plan plan, long? total, IAsyncEnumerator<object> rows, bool hasRow, Func<object, int, Uri> nextLink)
    {
        var links = new ODataEntityReferenceLinks { Count = total };
        var (urls, last) = (new List<ODataEntityReferenceLink>(), (object?)null);
        for (; hasRow; hasRow = await rows.MoveNextAsync())
        {
            if (urls.Count == plan.PageSize)
            {
                links.NextPageLink = nextLink(last!, urls.Count);
                break;
            }
            last = rows.Current;
            urls.Add(new ODataEntityReferenceLink { Url = EntityUrl.Of(serviceRoot, plan.Shape, last, agreed.Version) });
        }
        links.Links = urls;
        await Json(new ODataUri { ServiceRoot = serviceRoot }, message => message.WriteEntityReferenceLinksAsync(links));
    }

    public Task Property(ODataQuery query, Plan plan, object value) => Json(
        Context(query, plan),
        message => message.WritePropertyAsync(new ODataProperty { Name = plan.Shape.Fields[0].Name, Value = EdmTypes.ToWire(value) }));

    public Task Text(object value) => Plain(value switch
    {
        string text => text,
        bool flag => XmlConvert.ToString(flag),
        double number => XmlConvert.ToString(number),
        DateOnly date => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        DateTime or DateTimeOffset => XmlConvert.ToString((DateTimeOffset)EdmTypes.ToWire(value)!),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    });

    public Task Metadata() => Plain(agreed.Format == Format.Json ? model.CsdlJson : agreed.Version == ODataVersion.V4 ? model.CsdlXml : model.CsdlXml401);

    private Task Plain(string text)
    {
        response.ContentType = agreed.Format == Format.Json ? "application/json;charset=utf-8" : agreed.ContentType;
        SetVersion(response, agreed.Version);
        return response.WriteAsync(text);
    }

    public static void SetVersion(HttpResponse response, ODataVersion version) =>
        response.Headers["OData-Version"] = ODataUtils.ODataVersionToString(version);

    private async Task Json(ODataUri uri, Func<ODataMessageWriter, Task> write)
    {
        using var services = WriterContainer.Root.CreateScope();
        var settings = new ODataMessageWriterSettings
        {
            BaseUri = serviceRoot,
            ODataUri = uri,
            Version = agreed.Version,
            EnableMessageStreamDisposal = false,
            Validations = ValidationKinds.None,
            MessageQuotas = new ODataMessageQuotas { MaxNestingDepth = 100 },
        };
        settings.SetContentType(agreed.ContentType, "utf-8");
        var message = new ODataMessageWriter(new ResponseMessage(response, services.ServiceProvider), settings, model.Edm);
        await write(message);
        message.Dispose(); // not on failure: it would complete what must stay visibly incomplete
    }

    private ODataUri Context(ODataQuery query, Plan plan) => new()
    {
        ServiceRoot = serviceRoot,
        Path = query.Path,
        SelectAndExpand = query.SelectExpand,
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

    private static IEnumerable<string> Names(ResultShape shape) => shape.Fields.Select(field =>
        field is InlineField inline ? $"{inline.Name}({string.Join(',', Names(inline.Shape))})" : field.Name);

    /// <summary>Rows of transformations borrow the set that the path starts from; the context URL tells them apart.</summary>
    private static (IEdmEntitySet Set, IEdmEntityType Type) Target(ODataModel model, ODataQuery query, Plan plan)
    {
        var map = plan.Shape.Map ?? model.Set(((EntitySetSegment)query.Path.FirstSegment).EntitySet.Name);
        return (map.EdmSet, map.EdmType);
    }
}
