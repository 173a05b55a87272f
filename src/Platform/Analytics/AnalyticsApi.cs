using System.Linq.Expressions;
using System.Text.Json.Nodes;
using Platform.Access;
using Platform.Database;
using Platform.Http;
using Platform.Localities;
using Platform.OData;
using Platform.Tenancy;

namespace Platform.Analytics;

/// <summary>Serves the analytics model at /odata. The description is public; data needs a caller and shows what that caller may read.</summary>
public static class AnalyticsApi
{
    /// <summary>Where the OData service is.</summary>
    public const string Prefix = "/odata";

    /// <summary>Limits come from the configuration section <c>OData</c> (<see cref="ODataOptions"/>); how long delta links live decides how long removals are remembered.</summary>
    public static void AddAnalytics(this IServiceCollection services, IConfiguration configuration)
    {
        var options = new ODataOptions();
        configuration.GetSection("OData").Bind(options);
        services.AddSingleton(options);
        services.AddSingleton(new ProblemForm(Prefix, WriteError));
        services.AddSingleton(provider => new RemovalPurge(
            provider.GetRequiredService<IServiceScopeFactory>(), options.DeltaLinkLifetime, provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<RemovalPurge>>()));
        services.AddHostedService(provider => provider.GetRequiredService<RemovalPurge>());
    }

    /// <summary>Maps the service; the limits are checked here, at start.</summary>
    public static void MapAnalytics(this IEndpointRouteBuilder routes, byte[] signingKey)
    {
        var options = routes.ServiceProvider.GetRequiredService<ODataOptions>();
        options.Clock = routes.ServiceProvider.GetRequiredService<TimeProvider>();
        options.SigningKey = signingKey;
        // A link belongs to what its caller could read when it was given: with another reach, what has left it could not be told.
        options.Caller = http => $"{http.Features.Get<Caller>()?.Key} {http.RequestServices.GetRequiredService<TenantScope>().Name}";
        options.PartFailed = AnswerPart;
        routes.MapOData(Prefix, AnalyticsModel.Build(options.SuppressBelow), options, http => new AnalyticsSource(http.RequestServices.GetRequiredService<PlatformDb>()))
            .AllowAnonymous()
            .WithMetadata(new Requirement(Scopes.Read, Reach.Everything) { IsOpen = IsDescription })
            .ExcludeFromDescription();
        routes.MapAudit(signingKey);
        routes.MapQuestionPage();
    }

    /// <summary>A problem as clients of OData read it, under its own number.</summary>
    private static Task WriteError(HttpContext http, JsonObject problem)
    {
        http.Response.Headers.Vary = ODataError.DependsOn;
        var error = new ODataError(problem["code"]!.ToString(), Message(problem));
        if (problem["errors"] is JsonArray faults)
            error = error with { Details = [.. faults.Select(fault => new ODataError(fault!["code"]!.ToString(), Message(fault), fault["pointer"]!.ToString()))] };
        if (problem["traceId"]?.ToString() is { } traceId)
            error = error with { Innererror = new { traceId } };
        return error.Write(http);

        static string Message(JsonNode of) => of["detail"] is { } detail ? $"{of["title"]}: {detail}" : $"{of["title"]}";
    }

    /// <summary>What an unexpected fault in one part of a batch is answered with; the other parts are answered as they are.</summary>
    internal static Task AnswerPart(HttpContext http, Exception failure)
    {
        if (!ProblemWriter.IsRefusal(failure))
            http.RequestServices.GetRequiredService<ILogger<AnalyticsSource>>().LogError(failure, "A part of a batch failed");
        return ProblemWriter.Write(http, failure);
    }

    private static bool IsDescription(HttpContext http) =>
        http.Request.Path.Value?.TrimEnd('/') is Prefix or $"{Prefix}/$metadata";
}

/// <summary>The rows behind each entity set; the context's filters and the database's policies have already narrowed them to the caller's reach.</summary>
internal sealed class AnalyticsSource(PlatformDb context) : IODataSource
{
    private readonly PlatformDb db = context;

    public IQueryable<T> Query<T>(string setName)
        where T : class => setName switch
        {
            "Provinces" => (IQueryable<T>)db.Localities.Where(l => l.Level == LocalityLevel.Province),
            "Communes" => (IQueryable<T>)db.Localities.Where(l => l.Level == LocalityLevel.Commune),
            _ => db.Set<T>(),
        };

    public IQueryable<RemovedEntity> Removed(string setName)
    {
        var table = Tables.GetValueOrDefault(setName, "");
        return db.RemovedRows.Where(r => r.TableName == table).Select(r => new RemovedEntity { Sequence = r.Change, Key = r.RowId });
    }

    public async Task<long?> LatestChange(string setName, CancellationToken cancel) => await db.LatestChange(cancel);

    public Task<double?> EstimateRows(IQueryable query, CancellationToken cancel) => RowEstimates.Of(db, query, cancel);

    // The tables whose removals are noted.
    private static readonly Dictionary<string, string> Tables = new()
    {
        ["Agencies"] = "agencies",
        ["Plans"] = "plans",
        ["Targets"] = "targets",
        ["Tasks"] = "tasks",
        ["Assignments"] = "assignments",
        ["CompletionFacts"] = "completion_facts",
    };

    public Func<IODataSource, IReadOnlyList<object?>, IAsyncEnumerable<object>> Compile(IQueryable query, IReadOnlyList<ParameterExpression> parameters)
    {
        var ready = ReadyQueries.Compile(query, parameters);
        return (source, values) => ready(((AnalyticsSource)source).db, values);
    }
}
