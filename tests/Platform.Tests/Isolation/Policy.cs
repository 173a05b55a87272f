using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Platform.Access;

namespace Platform.Tests.Isolation;

/// <summary>What stands behind an id in an address, which decides who may see it.</summary>
internal enum Kind
{
    /// <summary>A row of the locality in the address.</summary>
    Tenant,

    /// <summary>Looked after by operators and the province's managers.</summary>
    Administration,

    /// <summary>A person, looked after by those who stand above.</summary>
    Person,

    /// <summary>A vendor's own.</summary>
    Vendor,

    /// <summary>The account's own.</summary>
    Account,

    /// <summary>Nobody's: a word of a public list.</summary>
    Public,
}

/// <summary>What a request must come to.</summary>
internal enum Outcome
{
    /// <summary>The gate let it pass; what the room says depends on the rows.</summary>
    Answered,

    /// <summary>401, PLT-1101.</summary>
    NotSignedIn,

    /// <summary>403, PLT-1102.</summary>
    NotAllowed,

    /// <summary>404, PLT-2001, as if there were no such locality.</summary>
    Hidden,

    /// <summary>403, PLT-2705: no token does this.</summary>
    SessionsOnly,

    /// <summary>403, PLT-2601 or PLT-2602: the caller's own locality is suspended.</summary>
    Suspended,
}

/// <summary>An operation of the contract with what its endpoint declares.</summary>
internal sealed record Operation(string Method, string Path, Requirement? Needs, JsonNode? Example, bool TakesBody)
{
    internal string Name => $"{Method} {Path}";

    /// <summary>The parameters in the address, each with the word before it.</summary>
    internal List<(string Word, string Parameter)> Ids { get; } =
        [.. Regex.Matches(Path, @"([a-z-]+)/(\{\w+\})", RegexOptions.None, TimeSpan.FromSeconds(1)).Select(m => (m.Groups[1].Value, m.Groups[2].Value)).Where(p => p.Item2 != "{code}")];

    /// <summary>Whether reading by it is put down in the audit log.</summary>
    internal bool LeavesEntry { get; init; }

    internal bool OfLocality => Needs?.Reach == Reach.RouteLocality;

    /// <summary>The address with these ids.</summary>
    internal string At(string code, Func<string, string> id)
    {
        var address = Path.Replace("{code}", code, StringComparison.Ordinal);
        return Ids.Aggregate(address, (at, p) => at.Replace($"{p.Word}/{p.Parameter}", $"{p.Word}/{id(p.Word)}", StringComparison.Ordinal));
    }

    /// <summary>All operations of the published contract.</summary>
    internal static async Task<List<Operation>> All(World world)
    {
        using var client = world.Anonymous();
        var endpoints = world.Instance.App.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .SelectMany(e => (e.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? []).Select(m => (Name: $"{m} /{Regex.Replace(e.RoutePattern.RawText!, @":[^}]+", "", RegexOptions.None, TimeSpan.FromSeconds(1)).Trim('/')}", e.Metadata)))
            .ToLookup(e => e.Name, e => e.Metadata);
        var operations = new List<Operation>();
        foreach (var (path, methods) in (await client.Read("/openapi/platform.v1.json"))["paths"]!.AsObject())
        {
            foreach (var (method, operation) in methods!.AsObject())
            {
                var metadata = Assert.Single(endpoints[$"{method.ToUpperInvariant()} {path}"]);
                var needs = metadata.GetMetadata<Requirement>();
                Assert.True(needs is not null || metadata.GetMetadata<IAllowAnonymous>() is not null, $"{method} {path} declares no policy.");
                var contents = operation!["requestBody"]?["content"]?.AsObject();
                operations.Add(new Operation(method.ToUpperInvariant(), path, needs, contents?["application/json"]?["example"], contents is not null)
                {
                    LeavesEntry = metadata.Any(m => m.GetType().Name == "PersonalRecords"),
                });
            }
        }

        return operations;
    }
}

/// <summary>
/// Who may do what, said once more and apart from the product: a change of either must be a change of both. A new endpoint is held to what it
/// declares; a new kind of id in an address fails until it is declared here whose it is.
/// </summary>
internal static class Policy
{
    internal static readonly Dictionary<Role, string[]> Carries = new()
    {
        [Role.Operator] = ["localities.read", "access.manage", "people.manage"],
        [Role.ProvinceManager] = ["localities.read", "localities.write", "access.manage", "people.manage"],
        [Role.ProvinceViewer] = ["localities.read"],
        [Role.CommuneAdmin] = ["localities.read", "localities.write", "people.manage"],
        [Role.AgencyOfficer] = ["tasks.own"],
        [Role.Vendor] = ["completions.write"],
        [Role.Auditor] = ["audit.read"],
    };

    /// <summary>Whose a row is, by the word before its id.</summary>
    internal static readonly Dictionary<string, Kind> Kinds = new()
    {
        ["plans"] = Kind.Tenant,
        ["targets"] = Kind.Tenant,
        ["tasks"] = Kind.Tenant,
        ["agencies"] = Kind.Tenant,
        ["villages"] = Kind.Tenant,
        ["confirmations"] = Kind.Tenant,
        ["requests"] = Kind.Tenant,
        ["clients"] = Kind.Administration,
        ["secrets"] = Kind.Administration,
        ["grants"] = Kind.Administration,
        ["people"] = Kind.Person,
        ["sessions"] = Kind.Person,
        ["invitations"] = Kind.Account,
        ["personal-access-tokens"] = Kind.Account,
        ["passkeys"] = Kind.Account,
        ["imports"] = Kind.Vendor,
        ["import-mappings"] = Kind.Vendor,
        ["completions"] = Kind.Vendor,
        ["intakes"] = Kind.Vendor,
        ["webhooks"] = Kind.Vendor,
        ["deliveries"] = Kind.Vendor,
        ["problems"] = Kind.Public,
        ["courses"] = Kind.Public,
        ["framework-rules"] = Kind.Public,
        ["reorganisations"] = Kind.Public,
        ["external"] = Kind.Public,
        ["external-identities"] = Kind.Public,
    };

    /// <summary>Ids that are not planted: a passkey needs an authenticator, a provider a configuration; both have tests of their own.</summary>
    internal static readonly string[] NotPlanted = ["passkeys", "external", "external-identities"];

    /// <summary>What of the nation's is changed by operators alone.</summary>
    internal static readonly string[] OnlyOperators = ["PUT /v1/framework-units", "POST /v1/courses", "PUT /v1/courses/{course}", "PUT /v1/courses/{course}/units", "POST /v1/framework-rules", "DELETE /v1/framework-rules/{id}",
        "GET /v1/tenants/reorganisations", "POST /v1/tenants/reorganisations", "GET /v1/tenants/reorganisations/{id}", "POST /v1/tenants/reorganisations/{id}/reversal",
        "POST /v1/tenants/archive", "GET /v1/tenants/{code}/deletions", "POST /v1/tenants/{code}/deletions"];

    /// <summary>What an operation cannot be asked without.</summary>
    internal static string Query(Operation operation) => operation.Path == "/v1/access/explain" ? "?operation=ListPlans" : "";

    /// <summary>Where removing what is not there is no failure; what is foreign stays all the same.</summary>
    internal static bool EndsAlike(Operation operation) => operation.Name == "DELETE /v1/localities/{code}/villages/{id}";

    /// <summary>Where the id is a name that the caller chooses among its own, so that none is foreign.</summary>
    internal static bool NamesItself(Operation operation) => operation.Name == "PUT /v1/import-mappings/{name}";

    /// <summary>A body that changes nothing, whoever sends it.</summary>
    internal static string? Harmless(Operation operation) => !operation.TakesBody ? null : operation.Path == "/v1/framework-units" ? "[]" : "{}";

    /// <summary>What only a person who has signed in may do.</summary>
    internal static bool SessionsOnly(Operation operation) => operation.Needs is { Scope: null } && operation.Path is
        "/v1/me/invitations" or "/v1/sign-out" or "/v1/antiforgery" or "/v1/me/password" or "/v1/me/recovery-codes" || IsOwnSignIn(operation.Path);

    private static bool IsOwnSignIn(string path) =>
        ((string[])["/v1/me/sessions", "/v1/me/authenticator", "/v1/me/passkeys", "/v1/me/external-identities"]).Any(p => path.StartsWith(p, StringComparison.Ordinal));

    /// <summary>Whether a role reads or changes what a place holds.</summary>
    internal static bool Reaches(Role role, string? scope, Place place) => place != Place.Missing && (role, scope == Scopes.Write) switch
    {
        (Role.Operator, false) => true,
        (Role.ProvinceManager or Role.ProvinceViewer, false) => IsNear(place) || place == Place.OwnProvince,
        (Role.ProvinceManager, true) => place == Place.OwnProvince,
        (Role.CommuneAdmin, _) => IsHome(place),
        _ => false,
    };

    /// <summary>Whether a role sees the row of a kind that belongs to a place.</summary>
    internal static bool Sees(Role role, string? scope, Kind kind, Place place) => kind switch
    {
        Kind.Tenant => Reaches(role, scope, place),
        Kind.Administration => role == Role.Operator || (role == Role.ProvinceManager && IsNear(place)),
        Kind.Person => role == Role.Operator || (role == Role.ProvinceManager && IsNear(place)) || (role == Role.CommuneAdmin && IsHome(place)),
        Kind.Vendor => role == Role.Vendor && place == Place.Own,
        _ => kind == Kind.Public,
    };

    // A commune admin asks at a suspended commune as its own.
    private static bool IsHome(Place place) => place is Place.Own or Place.ReadOnly or Place.Closed;

    private static bool IsNear(Place place) => IsHome(place) || place == Place.Sibling;

    /// <summary>What the law demands of a locality's people, suspended or not.</summary>
    internal static bool DespiteSuspension(Operation operation) => operation.Path.StartsWith("/v1/localities/{code}/personal-data/requests", StringComparison.Ordinal);

    // Their own account stays theirs; all else is refused in a closed commune, and what changes anything in one that may only be read.
    private static bool IsSuspended(Operation operation, Requirement needs, Role role, Place place) =>
        place is Place.ReadOnly or Place.Closed && role is Role.CommuneAdmin or Role.AgencyOfficer && needs.Reach is not (Reach.Account or Reach.Intake) && !DespiteSuspension(operation)
        && (place == Place.Closed || (operation.Method != "GET" && needs.Scope is not ("localities.read" or "tasks.own" or "audit.read")));

    /// <summary>What a request with the role's good token must come to.</summary>
    internal static Outcome Expected(Operation operation, Role role, Place place, string? onlyScope = null)
    {
        if (operation.Needs is not { } needs)
            return Outcome.Answered;
        if (needs.Scope is { } scope && !(Carries[role].Contains(scope) && (onlyScope ?? scope) == scope))
            return Outcome.NotAllowed;
        if (SessionsOnly(operation))
            return Outcome.SessionsOnly;
        if (OnlyOperators.Contains(operation.Name) && role != Role.Operator)
            return Outcome.NotAllowed;
        return needs.Reach == Reach.RouteLocality && !Reaches(role, needs.Scope, place) ? Outcome.Hidden
            : IsSuspended(operation, needs, role, place) ? Outcome.Suspended
            : Outcome.Answered;
    }

    /// <summary>The places whose marks a role may never be shown, whatever it asks.</summary>
    internal static IEnumerable<Place> Unseen(Role role) => role switch
    {
        Role.Operator => [],
        Role.ProvinceManager or Role.ProvinceViewer => [Place.OtherProvince, Place.StrangeProvince],
        _ => [Place.Sibling, Place.OtherProvince, Place.StrangeProvince],
    };
}
