using Platform.Access;
using Platform.Audit;
using Platform.Database;
using Platform.OData;
using Platform.Tenancy;

namespace Platform.Analytics;

/// <summary>The log for auditors, as an OData service of its own at /odata/audit: who may read figures does not read it, and who reads it reads nothing else.</summary>
public static class AuditLogs
{
    /// <summary>Where the service is.</summary>
    public const string Prefix = "/odata/audit";

    /// <summary>Maps the service, under the limits of the section <c>OData</c>.</summary>
    public static void MapAudit(this IEndpointRouteBuilder routes, byte[] signingKey)
    {
        var options = new ODataOptions();
        routes.ServiceProvider.GetRequiredService<IConfiguration>().GetSection("OData").Bind(options);
        options.SigningKey = signingKey;
        options.SuppressBelow = 0;
        options.PartFailed = AnalyticsApi.AnswerPart;
        options.Caller = http => $"audit {http.Features.Get<Caller>()?.Key} {http.RequestServices.GetRequiredService<TenantScope>().Name}";
        routes.MapOData(Prefix, Model(), options, http => new Source(http.RequestServices.GetRequiredService<PlatformDb>()))
            .AllowAnonymous()
            .WithMetadata(new Requirement(Scopes.Audit, Reach.Audit) { IsOpen = http => http.Request.Path.Value?.TrimEnd('/') is Prefix or $"{Prefix}/$metadata" })
            .ExcludeFromDescription();
    }

    private static ODataModel Model() => ODataModel.Create("Platform.Audit")
        .DeclareCapabilities()
        .EntitySet<AuditEntry>("Entries", "Entry", set => set
            .Describe("Nhật ký kiểm toán", "Audit log")
            .Key("Id", e => e.Id)
            .Property("LocalityCode", e => e.Locality!.Code, "Mã địa phương; trống khi không thuộc địa phương nào", "Code of the locality; null for what belongs to none", nullable: true)
            .Property("At", e => e.At, "Lúc (UTC)", "When (UTC)")
            .Property("Actor", e => e.Actor, "Ai: khóa của tài khoản", "Who: the account's key")
            .Property("Address", e => e.Address, "Địa chỉ mạng: nơi gửi yêu cầu", "The network address it came from")
            .Property("Request", e => e.Request, "Mã yêu cầu: một yêu cầu làm nhiều việc thì cùng mã", "Trace id of the request: what one request did has the same")
            .Property("Action", e => e.Action.ToString(), "Việc: Insert, Update, Delete, Read, Intake", "Action: Insert, Update, Delete, Read, Intake", nullable: false)
            .Property("Subject", e => e.Subject, "Đối tượng: bảng, hoặc bản ghi được đọc", "Subject: the table, or what was read")
            .Property("RowKey", e => e.RowKey, "Khóa của dòng", "The row's key")
            .Property("Before", e => e.Before, "Trước đó (JSON)", "Before (JSON)")
            .Property("After", e => e.After, "Sau đó (JSON)", "After (JSON)"))
        .Build();

    private sealed class Source(PlatformDb db) : IODataSource
    {
        public IQueryable<T> Query<T>(string setName)
            where T : class => db.Set<T>();

        public Task<double?> EstimateRows(IQueryable query, CancellationToken cancel) => RowEstimates.Of(db, query, cancel);
    }
}
