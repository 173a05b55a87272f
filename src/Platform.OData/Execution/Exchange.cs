using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Platform.OData.Batching;
using Platform.OData.Binding;
using Platform.OData.Errors;
using Platform.OData.Parsing;
using Platform.OData.Writing;

namespace Platform.OData.Execution;

/// <summary>
/// One request and its answer: negotiate, parse, bind, run, write. Each stage may refuse with a numbered fault; the
/// database comes last. A failure after the first byte has left aborts the connection, so that no client takes a part
/// for the whole.
/// </summary>
internal sealed class Exchange(
    HttpContext http, ODataModel model, ODataOptions options, PlanCache plans, Func<HttpContext, IODataSource> source, bool isPart = false)
{
    private const int HeldBack = 64 * 1024;

    public async Task Run()
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted);
        var target = http.Response.Body;
        await using var body = new AnswerBody(http.Response, isPart ? int.MaxValue : HeldBack);
        http.Response.Body = body;
        if (!isPart)
            http.Response.Headers.Append("Vary", ODataError.DependsOn);
        try
        {
            await Answer(timeout);
            await body.Complete();
        }
        catch (FaultException error)
        {
            await Refuse(body, error);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            http.Abort();
        }
        catch (Exception) when (timeout.IsCancellationRequested)
        {
            await Refuse(body, new FaultException(
                ODataFaults.TooSlow, null, $"{options.StatementTimeout.TotalSeconds} s", $"{options.StatementTimeout.TotalSeconds} s"));
        }
        finally
        {
            http.Response.Body = target;
        }
    }

    private async Task Refuse(AnswerBody body, FaultException error)
    {
        if (body.HasLeft)
        {
            http.Abort();
            return;
        }
        body.Discard();
        if (error.Cause is { } cause && error.Fault.Status >= StatusCodes.Status500InternalServerError)
            http.RequestServices.GetRequiredService<ILogger<Exchange>>().LogWarning(cause, "{Code}: {Path}", error.Fault.Code, http.Request.Path);
        await ErrorWriter.Write(http, error);
        await body.Complete();
    }

    private async Task Answer(CancellationTokenSource timeout)
    {
        var address = RequestAddress.Of(http);
        if (HttpMethods.IsPost(http.Request.Method) && !isPart && address.Resource.Equals("$batch", StringComparison.OrdinalIgnoreCase))
        {
            await new Batch(http, options, part => new Exchange(part, model, options, plans, source, isPart: true).Run()).Answer(address.ServiceRoot);
            return;
        }
        var urlText = http.Request.QueryString.Value;
        if (HttpMethods.IsPost(http.Request.Method) && address.Resource.EndsWith("/$query", StringComparison.OrdinalIgnoreCase))
            (address, urlText) = address.WithPostedOptions(await RequestBody.Read(http.Request, options.MaxBatchBytes, nameof(ODataOptions.MaxBatchBytes)), http.Request.ContentType);
        else if (!HttpMethods.IsGet(http.Request.Method) && !HttpMethods.IsHead(http.Request.Method))
            throw new FaultException(ODataFaults.MethodNotAllowed, http.Request.Method);
        var urlOptions = QueryOptions.Read(urlText);
        var byId = (address.Resource + "/").StartsWith("$entity/", StringComparison.OrdinalIgnoreCase);
        if (byId)
            (address, urlOptions) = (address.Entity(urlOptions["$id"]), urlOptions.Without("$id"));
        else if (urlOptions["$id"] is not null)
            throw FaultException.NotSupported("$id");
        switch (address.Resource.ToUpperInvariant())
        {
            case "":
                await Writer(address, Agree(urlOptions, Format.Json)).ServiceDocument();
                return;
            case "$METADATA":
                await Writer(address, MetadataAgreed(urlOptions)).Metadata();
                return;
            case "$BATCH":
                throw new FaultException(ODataFaults.MethodNotAllowed, http.Request.Method, "$batch: POST", "$batch: POST");
            case "$ALL":
                throw FaultException.NotSupported(address.Resource);
        }
        var preferences = Preferences.Of(http.Request);
        var pageSize = Math.Min(preferences.MaxPageSize ?? options.MaxPageSize, options.MaxPageSize);
        var data = source(http);
        var isOnItsWay = urlOptions["$skiptoken"] is not null || urlOptions["$deltatoken"] is not null || preferences.TrackChanges;
        var known = byId || isOnItsWay ? null : await plans.Find(address, urlOptions, Negotiation.VersionOf(http.Request), pageSize, data);
        var query = known?.Plan.Query ?? ODataQuery.Parse(model, options, address.ServiceRoot, address.Url, urlOptions);
        var agreed = Agree(urlOptions, Offered(query));
        if (known is (var ready, var literals))
        {
            timeout.CancelAfter(options.StatementTimeout);
            var again = ready.For(data, literals);
            Confirm(preferences, again, pageSize);
            // The address of a property names the keys that led to it, and those of a plan stand for any.
            var asked = again.Answer == Execution.Answer.Property ? ODataQuery.Parse(model, options, address.ServiceRoot, address.Url, urlOptions) : query;
            await Write(address, asked, agreed, again, (last, written) => address.NextLink(SkipToken.Write(
                again.OrderValues.Select(read => read(last)), written, Binding(address, urlOptions), options.SigningKey)), timeout.Token);
            return;
        }
        var context = new BindingContext(model, options, query.Aliases, options.Clock.GetUtcNow()) { Counts = query.Counts, Lists = query.Lists, Expand = urlOptions["$expand"] ?? "" };
        var binding = Binding(address, urlOptions);
        var token = urlOptions["$skiptoken"] is { } text ? SkipToken.Read(text, binding, options.SigningKey) : null;
        if (urlOptions["$deltatoken"] is { } since)
        {
            await Changes(address, query, agreed, context, data, SignedText.Read<DeltaToken>("$deltatoken", since, binding, options.SigningKey), binding, pageSize, timeout);
            return;
        }
        var plan = ParseGuard.Run(model.Edm, "query", () => new Planner(context, query, data, token, pageSize).Bind());
        if (byId && plan.Answer != Execution.Answer.Entity)
            throw new FaultException(ODataFaults.BadUrl, "$id", $"$id: {address.Resource}", $"$id: {address.Resource}");

        timeout.CancelAfter(options.StatementTimeout);
        if (options.MaxEstimatedRows > 0 && (context.CanBeLarge || query.Counts.Count > 0) && await RowStream.Asked(() => data.EstimateRows(plan.Query, timeout.Token), timeout.Token) is { } expected
            && expected > options.MaxEstimatedRows)
            throw new FaultException(ODataFaults.TooLarge, nameof(ODataOptions.MaxEstimatedRows), $"{expected:0} > {options.MaxEstimatedRows}", $"{expected:0} > {options.MaxEstimatedRows}");
        Confirm(preferences, plan, pageSize);
        var (trackedFrom, trackedAt) = (token?.TrackedFrom, token?.TrackedAt);
        if (preferences.TrackChanges && token is null && plan.Answer == Execution.Answer.Collection && ChangeFeed.CanTrack(model, query))
        {
            trackedAt = options.Clock.GetUtcNow();
            trackedFrom = await new ChangeFeed(context, query, data, pageSize).Latest(timeout.Token);
            Preferences.Confirm(http.Response, "odata.track-changes");
        }
        var deltaLink = trackedFrom is { } from ? address.DeltaLink(SignedText.Write(new DeltaToken(from) { At = trackedAt ?? default, Lifetime = options.DeltaLinkLifetime }, binding, options.SigningKey)) : null;
        await Write(address, query, agreed, plan with { DeltaLink = deltaLink },
            (last, written) => address.NextLink(SkipToken.Write(
                plan.OrderValues.Select(read => read(last)), (token?.Delivered ?? 0) + written, binding, options.SigningKey, trackedFrom, trackedAt)),
            timeout.Token);
    }

    private void Confirm(Preferences preferences, Plan plan, int pageSize)
    {
        if (preferences.MaxPageSize is not null && plan.Answer is Execution.Answer.Collection or Execution.Answer.References)
            Preferences.Confirm(http.Response, $"odata.maxpagesize={pageSize}");
        if (preferences.IncludeAnnotations is { } annotations)
            Preferences.Confirm(http.Response, $"odata.include-annotations=\"{annotations}\"");
        if (preferences.OmitNulls)
            Preferences.Confirm(http.Response, "omit-values=nulls");
    }

    private async Task Changes(
        RequestAddress address, ODataQuery query, Negotiation agreed, BindingContext context, IODataSource data,
        DeltaToken token, string binding, int pageSize, CancellationTokenSource timeout)
    {
        timeout.CancelAfter(options.StatementTimeout);
        var page = await new ChangeFeed(context, query, data, pageSize).Read(token, timeout.Token);
        await Writer(address, agreed).Changes(query, page, address.DeltaLink(SignedText.Write(page.Next, binding, options.SigningKey)));
    }

    private async Task Write(
        RequestAddress address, ODataQuery query, Negotiation agreed, Plan plan,
        Func<object, int, Uri> nextLink, CancellationToken cancel)
    {
        // Transformed rows are no entities: they have no links that full metadata could add.
        var writer = Writer(address, plan.Shape.Map is null && plan.Answer == Execution.Answer.Collection && agreed.Metadata == "full" ? agreed with { Metadata = "minimal" } : agreed);
        long? total = plan.Total is { } counting ? await RowStream.Count(counting, cancel) : null;
        await using var rows = RowStream.Of(plan, cancel).GetAsyncEnumerator(cancel);
        var found = await rows.MoveNextAsync();
        if (!found && plan.IsKeyed)
            throw new FaultException(ODataFaults.NotFound);
        if (!found && plan.Parent is { } parent && await RowStream.Count(parent, cancel) == 0)
            throw new FaultException(ODataFaults.NotFound);
        var value = found && plan.Answer is Execution.Answer.Property or Execution.Answer.RawValue or Execution.Answer.Count
            ? ((Rows.ValueField)plan.Shape.Fields[0]).Read(rows.Current)
            : null;
        switch (plan.Answer)
        {
            case Execution.Answer.Collection:
                await writer.Collection(query, plan, total, rows, found, nextLink);
                break;
            case Execution.Answer.References:
                await writer.References(plan, total, rows, found, nextLink);
                break;
            case Execution.Answer.Count:
                await writer.Text(value ?? 0L);
                break;
            case var _ when !found && plan.Parent is null:
                throw new FaultException(ODataFaults.NotFound);
            case Execution.Answer.Reference when found:
                await writer.Reference(plan, rows.Current);
                break;
            case Execution.Answer.Entity when found:
                // What is expanded or computed can change while the entity does not.
                if (query.Compute is null && plan.Shape.Fields.All(field => field is Rows.ValueField))
                    ((AnswerBody)http.Response.Body).Version = EntityVersion.Of(plan.Shape, rows.Current);
                await writer.Entity(query, plan, rows.Current);
                break;
            case Execution.Answer.Property when value is not null:
                await writer.Property(query, plan, value);
                break;
            case Execution.Answer.RawValue when value is not null:
                await writer.Text(value);
                break;
            default:
                AnswerWriter.SetVersion(http.Response, agreed.Version);
                http.Response.StatusCode = StatusCodes.Status204NoContent;
                break;
        }
    }

    private AnswerWriter Writer(RequestAddress address, Negotiation agreed) => new(http.Response, model, agreed, address.ServiceRoot);

    private Negotiation Agree(QueryOptions urlOptions, params Format[] offered) =>
        Negotiation.Of(http.Request, urlOptions["$format"], offered);

    /// <summary>
    /// The JSON form of the metadata came with 4.01: a 4.0 client is not given it. Clients of 4.0 that send no
    /// OData-MaxVersion for the metadata (SAPUI5 in its default) refuse 4.01, and clients of 4.01 read 4.0: so XML is 4.0
    /// unless 4.01 is asked for.
    /// </summary>
    private Negotiation MetadataAgreed(QueryOptions urlOptions)
    {
        var isOld = Negotiation.VersionOf(http.Request) == Microsoft.OData.ODataVersion.V4;
        if (isOld && !Negotiation.Takes(http.Request, urlOptions["$format"], Format.Xml) && Negotiation.Takes(http.Request, urlOptions["$format"], Format.Json))
            throw new FaultException(
                ODataFaults.NotAcceptable, "OData-MaxVersion", "$metadata dạng JSON có từ OData 4.01, mà OData-MaxVersion là 4.0", "$metadata as JSON came with OData 4.01, and OData-MaxVersion is 4.0")
            {
                Remedy = ("Gửi OData-MaxVersion: 4.01, hoặc nhận application/xml.", "Send OData-MaxVersion: 4.01, or accept application/xml."),
            };
        var agreed = Agree(urlOptions, isOld ? [Format.Xml] : [Format.Xml, Format.Json]);
        return agreed.Format == Format.Xml && !Negotiation.NamesVersion(http.Request) ? agreed with { Version = Microsoft.OData.ODataVersion.V4 } : agreed;
    }

    private static Format[] Offered(ODataQuery query) => query.Path.LastSegment switch
    {
        Microsoft.OData.UriParser.CountSegment or Microsoft.OData.UriParser.ValueSegment => [Format.Text],
        _ => [Format.Json],
    };

    /// <summary>What a skip token is bound to: the path, the options that decide the result, and the caller.</summary>
    private string Binding(RequestAddress address, QueryOptions urlOptions) => string.Join('\n',
    [
        address.Url.AbsolutePath,
        .. urlOptions.All.Where(option => option.Key is not ("$skiptoken" or "$deltatoken" or "$skip" or "$format")).Select(option => $"{option.Key}={option.Value}"),
        options.Caller(http) ?? "",
    ]);
}
