using System.Globalization;
using System.Xml;
using Microsoft.AspNetCore.Http;
using Microsoft.OData;
using Platform.OData.Execution;
using Platform.OData.Model;
using Platform.OData.Parsing;

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
        JsonRowWriter.CanWrite(agreed)
            ? CollectionAsText(query, plan, total, rows, hasRow, nextLink)
            : CollectionInFull(query, plan, total, rows, hasRow, nextLink);

    private async Task CollectionAsText(
        ODataQuery query, Plan plan, long? total, IAsyncEnumerator<object> rows, bool hasRow, Func<object, int, Uri> nextLink)
    {
        response.ContentType = agreed.ContentType;
        SetVersion(response, agreed.Version);
        using var text = new JsonText(agreed.Ieee754);
        text.Raw((byte)'{');
        if (agreed.Metadata != "none")
        {
            text.Raw("\"@odata.context\":"u8);
            text.Text(await Context(query, plan));
            text.Raw((byte)',');
        }
        if (total is { } count)
        {
            text.Raw("\"@odata.count\":"u8);
            text.Value(count);
            text.Raw((byte)',');
        }
        text.Raw("\"value\":["u8);
        var row = new JsonRowWriter(text, serviceRoot, agreed);
        var format = plan.Format ?? RowFormat.Of(plan.Shape);
        var (written, last, next) = (0, (object?)null, (Uri?)null);
        for (; hasRow; hasRow = await rows.MoveNextAsync())
        {
            if (written == plan.PageSize)
            {
                next = nextLink(last!, written);
                break;
            }
            last = rows.Current;
            if (written++ > 0)
                text.Raw((byte)',');
            row.Write(last, format);
            if (text.IsFull)
                await text.Send(response.Body, response.HttpContext.RequestAborted);
        }
        text.Raw((byte)']');
        if ((next ?? plan.DeltaLink) is { } link)
        {
            text.Raw(next is null ? ",\"@odata.deltaLink\":"u8 : ",\"@odata.nextLink\":"u8);
            text.Text(link.AbsoluteUri);
        }
        text.Raw((byte)'}');
        await text.Send(response.Body, response.HttpContext.RequestAborted);
    }

    private Task CollectionInFull(
        ODataQuery query, Plan plan, long? total, IAsyncEnumerator<object> rows, bool hasRow, Func<object, int, Uri> nextLink) =>
        Json(ContextUrl.Parts(serviceRoot, query, plan), async message =>
        {
            var (set, type) = ContextUrl.Target(model, query, plan);
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

    public async Task Entity(ODataQuery query, Plan plan, object entity)
    {
        if (!JsonRowWriter.CanWrite(agreed))
        {
            await EntityInFull(query, plan, entity);
            return;
        }
        response.ContentType = agreed.ContentType;
        SetVersion(response, agreed.Version);
        using var text = new JsonText(agreed.Ieee754);
        new JsonRowWriter(text, serviceRoot, agreed).Write(entity, plan.Format ?? RowFormat.Of(plan.Shape), agreed.Metadata == "none" ? null : await Context(query, plan));
        await text.Send(response.Body, response.HttpContext.RequestAborted);
    }

    private Task EntityInFull(ODataQuery query, Plan plan, object entity) => Json(ContextUrl.Parts(serviceRoot, query, plan), async message =>
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
        ContextUrl.Parts(serviceRoot, query, plan),
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

    private Task Json(ODataUri uri, Func<ODataMessageWriter, Task> write) =>
        LibraryMessage.Write(model, serviceRoot, agreed.Version, uri, response.Headers, response.Body, agreed.ContentType, write);

    private async Task<string> Context(ODataQuery query, Plan plan) => plan.Context is { } known
        ? serviceRoot.AbsoluteUri + known
        : await ContextUrl.Of(model, serviceRoot, agreed.Version, query, plan);
}
