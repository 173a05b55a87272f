using System.ComponentModel;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Platform.Database;
using Platform.Http;
using Platform.Localities;

namespace Platform.Access;

/// <summary>Routes of the machines that may sign in, and of their secrets: operators look after all, province managers after their province's.</summary>
public static class ClientsApi
{
    public static void MapClients(this IEndpointRouteBuilder routes)
    {
        var clients = routes.MapGroup("/v1/clients").WithTags("Access").Require(Scopes.Manage, Reach.Administration).Fails(401, 403);
        clients.MapGet("", ListClients).WithName(nameof(ListClients)).Fails(400);
        clients.MapPost("", CreateClient).WithName(nameof(CreateClient)).Fails(400, 409, 413, 415, 422);
        clients.MapGet("{client}", GetClient).WithName(nameof(GetClient)).Fails(404);
        clients.MapPut("{client}/legal-ground", DeclareLegalGround).WithName(nameof(DeclareLegalGround)).Fails(400, 404, 409, 413, 415, 422);
        clients.MapDelete("{client}", EndClient).WithName(nameof(EndClient)).Fails(404);
        clients.MapPost("{client}/secrets", CreateClientSecret).WithName(nameof(CreateClientSecret)).Fails(400, 404, 409, 413, 415, 422);
        clients.MapDelete("{client}/secrets/{id:guid}", DeleteClientSecret).WithName(nameof(DeleteClientSecret)).Fails(404);
    }

    /// <summary>The clients within reach, in order of their id: those of the province, and those that hold grants in it.</summary>
    private static async Task<Ok<Page<ClientView>>> ListClients(
        HttpContext http, PlatformDb db, LocalityDirectory directory, CancellationToken cancellation,
        [Description("Id of the last row of the previous page.")] string? after = null,
        [Description("Rows per page, 1–500.")] int limit = 100)
    {
        Paging.Check(limit, ("after", after));
        var clients = await Within(db, http.Features.Get<Caller>()!).AsNoTracking().Include(a => a.Secrets).Include(a => a.Grounds)
            .Where(a => after == null || a.Key.CompareTo(after) > 0).OrderBy(a => a.Key).Take(limit + 1).ToListAsync(cancellation);
        return TypedResults.Ok(await Paging.Page(clients, limit, "/v1/clients", c => c.Key, c => ClientView.Of(c, directory, cancellation)));
    }

    /// <summary>One client with its secrets.</summary>
    private static async Task<Ok<ClientView>> GetClient(string client, HttpContext http, PlatformDb db, LocalityDirectory directory, CancellationToken cancellation) =>
        TypedResults.Ok(await ClientView.Of(await Find(client, http, db, cancellation), directory, cancellation));

    /// <summary>Registers a client. It can do nothing until it has a secret and a grant.</summary>
    /// <remarks>A province manager registers clients of the own province; an operator may leave the province out. A vendor gets the number that its completions carry.</remarks>
    private static async Task<Created<ClientView>> CreateClient(
        CreateClient body, HttpContext http, PlatformDb db, LocalityDirectory directory, TimeProvider clock, CancellationToken cancellation)
    {
        var caller = http.Features.Get<Caller>()!;
        var account = await body.Validate(caller, directory, clock.GetUtcNow(), cancellation);
        await using var transaction = await db.BeginAlone("accounts", cancellation);
        if (await db.Accounts.AnyAsync(a => a.Key == account.Key, cancellation))
            throw new ProblemException(Problems.ClientExists, new Explanation($"«{account.Key}».", $"«{account.Key}»."));
        if (body.Vendor)
            account.VendorId = (short)((await db.Accounts.MaxAsync(a => a.VendorId, cancellation) ?? 0) + 1);
        if (body.LegalGround is { } ground)
            account.Grounds.Add(new VendorGround { ValidFrom = account.CreatedAt, Ground = ground, DeclaredBy = account.CreatedBy });
        db.Accounts.Add(account);
        await db.SaveChangesAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        return TypedResults.Created($"/v1/clients/{account.Key}", await ClientView.Of(account, directory, cancellation));
    }

    /// <summary>Makes a secret and shows it, this once. Two may live at a time, so that a client changes over without a gap.</summary>
    private static async Task<Created<NewSecretView>> CreateClientSecret(
        string client, CreateClientSecret body, HttpContext http, PlatformDb db, TimeProvider clock, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        if (body.ExpiresAt <= now)
            throw new ProblemException(Problems.Invalid, null, [new FieldFault("/expiresAt", Problems.WrongMoment, new Explanation("Phải ở tương lai.", "It must lie in the future."))]);
        await using var transaction = await db.BeginAlone($"secrets:{client}", cancellation);
        var account = await Find(client, http, db, cancellation);
        if (account.EndedAt is not null)
            throw new ProblemException(Problems.ClientEnded);
        if (account.Secrets.Count(s => s.ExpiresAt is null || s.ExpiresAt > now) >= ClientSecret.Most)
            throw new ProblemException(Problems.TooManySecrets);
        var text = ClientSecret.New();
        var secret = new ClientSecret { AccountId = account.Id, Hash = ClientSecret.HashOf(text), CreatedAt = now, ExpiresAt = body.ExpiresAt?.ToUniversalTime() };
        db.ClientSecrets.Add(secret);
        await db.SaveChangesAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        http.Response.Headers.CacheControl = "no-store";
        return TypedResults.Created($"/v1/clients/{account.Key}/secrets/{secret.Id}", new NewSecretView(secret.Id, text, secret.CreatedAt, secret.ExpiresAt));
    }

    /// <summary>Declares by which right a vendor sends its completions from now on (Luật 91/2025/QH15), unless a batch or row says another.</summary>
    /// <remarks>What was received before keeps what was declared then. A person's export and the register of processing show it.</remarks>
    private static async Task<Ok<ClientView>> DeclareLegalGround(
        string client, LegalGroundContent body, HttpContext http, PlatformDb db, LocalityDirectory directory, TimeProvider clock, CancellationToken cancellation)
    {
        var faults = new Faults();
        var ground = faults.Value("/ground", body.Ground);
        faults.ThrowIfAny();
        await using var transaction = await db.BeginAlone($"grounds:{client}", cancellation);
        var account = await Find(client, http, db, cancellation);
        if (account.EndedAt is not null)
            throw new ProblemException(Problems.ClientEnded);
        if (account.VendorId is null)
            throw new ProblemException(Problems.OnlyVendorsHaveGrounds);
        var now = clock.GetUtcNow();
        if (VendorGround.At(account.Grounds, now) != ground)
        {
            var declared = new VendorGround { AccountId = account.Id, ValidFrom = now, Ground = ground, DeclaredBy = http.Features.Get<Caller>()!.Key };
            db.VendorGrounds.Add(declared);
            await db.SaveChangesAsync(cancellation);
            account.Grounds.Add(declared);
        }

        await transaction.CommitAsync(cancellation);
        return TypedResults.Ok(await ClientView.Of(account, directory, cancellation));
    }

    /// <summary>Ends a client; within 10 s its secrets, tokens and grants open nothing on any server. It stays on record. Ending it again changes nothing.</summary>
    private static async Task<NoContent> EndClient(string client, HttpContext http, PlatformDb db, Callers callers, TimeProvider clock, CancellationToken cancellation)
    {
        var account = await Find(client, http, db, cancellation);
        var (now, by) = (clock.GetUtcNow(), http.Features.Get<Caller>()!.Key);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        await db.Accounts.Where(a => a.Id == account.Id && a.EndedAt == null)
            .ExecuteUpdateAsync(set => set.SetProperty(a => a.EndedAt, now).SetProperty(a => a.EndedBy, by), cancellation);
        await db.ClientSecrets.Where(s => s.AccountId == account.Id).ExecuteDeleteAsync(cancellation);
        await db.Grants.Where(g => g.AccountId == account.Id && (g.ValidTo == null || g.ValidTo > now))
            .ExecuteUpdateAsync(set => set.SetProperty(g => g.ValidTo, now).SetProperty(g => g.EndedBy, by), cancellation);
        await transaction.CommitAsync(cancellation);
        callers.Forget(account.Key);
        return TypedResults.NoContent();
    }

    /// <summary>Withdraws a secret; within 10 s the tokens asked for with it end too.</summary>
    private static async Task<NoContent> DeleteClientSecret(string client, Guid id, HttpContext http, PlatformDb db, Callers callers, CancellationToken cancellation)
    {
        var account = await Find(client, http, db, cancellation);
        if (await db.ClientSecrets.Where(s => s.AccountId == account.Id && s.Id == id).ExecuteDeleteAsync(cancellation) == 0)
            throw new ProblemException(Problems.UnknownSecret);
        callers.Forget(account.Key);
        return TypedResults.NoContent();
    }

    // What belongs to the caller's provinces can be changed; what holds grants there can be seen. The database refuses the rest.
    private static IQueryable<Account> Within(PlatformDb db, Caller caller)
    {
        var (nation, provinces) = (caller.ReadsNation, caller.Administered.ToList());
        return db.Accounts.Where(a => a.Kind == AccountKind.Client
            && (nation || provinces.Contains(a.ProvinceId!.Value)
                || a.Grants.Any(g => db.Localities.Any(l => l.Id == g.TenantId && provinces.Contains(l.ProvinceId)))));
    }

    private static async Task<Account> Find(string client, HttpContext http, PlatformDb db, CancellationToken cancellation)
    {
        var caller = http.Features.Get<Caller>()!;
        var found = Faults.IsText(client)
            ? await Within(db, caller).AsNoTracking().Include(a => a.Secrets).Include(a => a.Grounds).SingleOrDefaultAsync(a => a.Key == client, cancellation)
            : null;
        var changes = !HttpMethods.IsGet(http.Request.Method);
        return found is not null && (!changes || caller.ReadsNation || caller.Administered.Contains(found.ProvinceId ?? 0))
            ? found
            : throw new ProblemException(Problems.UnknownClient);
    }
}

/// <summary>A client to be registered.</summary>
/// <param name="ClientId">Its client_id: 3–80 letters, digits, dots, hyphens, underscores.</param>
/// <param name="Name">What people call it.</param>
/// <param name="Province">Two-digit code of the province that looks after it; may be left out by an operator.</param>
/// <param name="Vendor">True for an LMS vendor that will push completions.</param>
/// <param name="LegalGround">
/// Căn cứ xử lý dữ liệu cá nhân mà đơn vị gửi (Luật 91/2025/QH15): by which right a vendor sends its completions, unless a batch or row says another.
/// </param>
public sealed record CreateClient(string? ClientId, string? Name, string? Province, bool Vendor = false, LegalGround? LegalGround = null)
{
    internal async Task<Account> Validate(Caller caller, LocalityDirectory directory, DateTimeOffset now, CancellationToken cancellation)
    {
        var faults = new Faults();
        var (key, name) = (faults.Text("/clientId", ClientId, 80), faults.Text("/name", Name, 200));
        if (key.Length > 0 && (key.Length < 3 || !key.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_')))
            faults.Add("/clientId", Problems.NotText, new Explanation("3–80 chữ cái ASCII, chữ số, dấu chấm, gạch nối, gạch dưới.", "3–80 ASCII letters, digits, dots, hyphens, underscores."));
        var province = Province is null ? null : await directory.Find(Province, cancellation);
        if (Province is not null && province?.Level != LocalityLevel.Province)
            faults.Add("/province", Problems.UnknownLocality);
        else if (!caller.Standings.Any(s => s.Administers(province)))
            faults.Add("/province", Problems.BeyondReach);
        if (LegalGround is not null && !Vendor)
            faults.Add("/legalGround", Problems.OnlyVendorsHaveGrounds);
        faults.ThrowIfAny();
        return new Account { Kind = AccountKind.Client, Key = key, Name = name, ProvinceId = province?.Id, CreatedAt = now, CreatedBy = caller.Key };
    }
}

/// <summary>A client.</summary>
/// <param name="ClientId">Its client_id.</param>
/// <param name="Name">What people call it.</param>
/// <param name="Province">The province that looks after it; null for the nation.</param>
/// <param name="Vendor">The number its completions carry; null when it is no vendor.</param>
/// <param name="CreatedAt">When it was registered.</param>
/// <param name="CreatedBy">By whom.</param>
/// <param name="EndedAt">Since when it opens nothing; null while it does.</param>
/// <param name="Secrets">What is known of its secrets: never the secrets.</param>
/// <param name="LegalGround">By which right a vendor's completions are sent now; null where nobody has declared it.</param>
public sealed record ClientView(
    string ClientId, string Name, string? Province, short? Vendor, DateTimeOffset CreatedAt, string CreatedBy, DateTimeOffset? EndedAt, IReadOnlyList<SecretView> Secrets,
    LegalGround? LegalGround)
{
    internal static async Task<ClientView> Of(Account account, LocalityDirectory directory, CancellationToken cancellation) => new(
        account.Key, account.Name, account.ProvinceId is { } id ? (await directory.Get(id, cancellation)).Code : null, account.VendorId, account.CreatedAt,
        account.CreatedBy, account.EndedAt, [.. account.Secrets.OrderBy(s => s.CreatedAt).Select(s => new SecretView(s.Id, s.CreatedAt, s.ExpiresAt, s.LastUsedAt))],
        VendorGround.At(account.Grounds, DateTimeOffset.MaxValue));
}

/// <summary>By which right a vendor sends what it sends.</summary>
/// <param name="Ground">Consent, LegalObligation, PublicTask, Contract, Protection or Emergency.</param>
public sealed record LegalGroundContent(LegalGround? Ground);

/// <summary>A secret to be made.</summary>
/// <param name="ExpiresAt">When it stops working; left out, it does not.</param>
public sealed record CreateClientSecret(DateTimeOffset? ExpiresAt);

/// <summary>A secret, shown this once.</summary>
public sealed record NewSecretView(Guid Id, string ClientSecret, DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt);

/// <summary>What is known of a secret; last used to the minute.</summary>
public sealed record SecretView(Guid Id, DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt, DateTimeOffset? LastUsedAt);
