using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Platform.Database;
using Platform.Http;

namespace Platform.Access;

/// <summary>Routes of the caller's own personal access tokens.</summary>
public static class PersonalAccessTokensApi
{
    public static void MapPersonalAccessTokens(this IEndpointRouteBuilder routes)
    {
        var tokens = routes.MapGroup("/v1/personal-access-tokens").WithTags("Access").Require(null, Reach.Account).Fails(401);
        tokens.MapGet("", ListPersonalAccessTokens).WithName(nameof(ListPersonalAccessTokens));
        tokens.MapPost("", CreatePersonalAccessToken).WithName(nameof(CreatePersonalAccessToken)).Fails(400, 403, 409, 413, 415, 422);
        tokens.MapDelete("{id:guid}", DeletePersonalAccessToken).WithName(nameof(DeletePersonalAccessToken)).Fails(404);
    }

    /// <summary>The caller's own tokens, the newest first: what they are for, until when, when last used. Never the tokens themselves.</summary>
    private static async Task<Ok<Page<PersonalAccessTokenView>>> ListPersonalAccessTokens(HttpContext http, PlatformDb db, CancellationToken cancellation)
    {
        var own = http.Features.Get<Caller>()!.Id;
        var tokens = await db.PersonalAccessTokens.AsNoTracking().Where(t => t.AccountId == own).OrderByDescending(t => t.CreatedAt).ToListAsync(cancellation);
        return TypedResults.Ok(new Page<PersonalAccessTokenView>(
            [.. tokens.Select(t => new PersonalAccessTokenView(t.Id, t.Name, t.Scopes.Split(' '), t.CreatedAt, t.ExpiresAt, t.LastUsedAt))], null));
    }

    /// <summary>Makes a token and shows it, this once. In Excel and Power BI it is the password of a basic sign-in; the user name does not matter.</summary>
    /// <remarks>It carries no more than the token it was asked for with, and never outlives its end; one token does not make another.</remarks>
    private static async Task<Created<NewPersonalAccessTokenView>> CreatePersonalAccessToken(
        CreatePersonalAccessToken body, HttpContext http, PlatformDb db, Callers callers, TimeProvider clock, CancellationToken cancellation)
    {
        var (caller, now) = (http.Features.Get<Caller>()!, clock.GetUtcNow());
        if (http.User.HasClaim("credential", CallerAuthentication.Personal))
            throw new ProblemException(Problems.TokenMakesNone);
        var (secret, id) = (ClientSecret.New(), Guid.CreateVersion7(now));
        var token = body.Validate([.. http.User.FindAll("scope").Select(c => c.Value).Intersect(caller.Scopes)], now);
        (token.Id, token.AccountId, token.Hash) = (id, caller.Id, ClientSecret.HashOf(secret));
        await using var transaction = await db.BeginAlone($"personal-access-tokens:{caller.Id}", cancellation);
        if (await db.PersonalAccessTokens.CountAsync(t => t.AccountId == caller.Id && t.ExpiresAt > now, cancellation) >= PersonalAccessToken.Most)
            throw new ProblemException(Problems.TooManyTokens);
        db.PersonalAccessTokens.Add(token);
        await db.SaveChangesAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        callers.Forget(caller.Key);
        http.Response.Headers.CacheControl = "no-store";
        return TypedResults.Created(
            $"/v1/personal-access-tokens/{id}",
            new NewPersonalAccessTokenView(id, PersonalAccessToken.Text(id, secret), token.Name, token.Scopes.Split(' '), token.CreatedAt, token.ExpiresAt));
    }

    /// <summary>Withdraws one of the caller's own tokens; within 10 s it opens nothing on any server.</summary>
    private static async Task<NoContent> DeletePersonalAccessToken(Guid id, HttpContext http, PlatformDb db, Callers callers, CancellationToken cancellation)
    {
        var caller = http.Features.Get<Caller>()!;
        if (await db.PersonalAccessTokens.Where(t => t.Id == id && t.AccountId == caller.Id).ExecuteDeleteAsync(cancellation) == 0)
            throw new ProblemException(Problems.UnknownToken);
        callers.Forget(caller.Key);
        return TypedResults.NoContent();
    }
}

/// <summary>A personal access token to be made.</summary>
/// <param name="Name">What it is for: Excel của phòng Văn hóa.</param>
/// <param name="Scopes">What it may be used for; of the scopes of the token that asks. Left out: localities.read.</param>
/// <param name="ExpiresAt">When it ends: within 366 days.</param>
public sealed record CreatePersonalAccessToken(string? Name, IReadOnlyList<string?>? Scopes, DateTimeOffset? ExpiresAt)
{
    internal PersonalAccessToken Validate(IReadOnlyList<string> held, DateTimeOffset now)
    {
        var faults = new Faults();
        var name = faults.Text("/name", Name, 100);
        var scopes = faults.Each("/scopes", Scopes ?? [Access.Scopes.Read]).ToList();
        if (Scopes is { Count: 0 })
            faults.Add("/scopes", Problems.Required);
        foreach (var (scope, at, _) in scopes.Where(s => !held.Contains(s.Item)))
            faults.Add(at, Problems.UnknownWord, new Explanation($"Một trong: {string.Join(", ", held)}.", $"One of: {string.Join(", ", held)}."));
        var ends = faults.Value("/expiresAt", ExpiresAt).ToUniversalTime();
        if (ExpiresAt is not null && (ends <= now || ends > now.AddDays(PersonalAccessToken.MostDays)))
            faults.Add("/expiresAt", Problems.WrongMoment, new Explanation($"Trong vòng {PersonalAccessToken.MostDays} ngày tới.", $"Within the next {PersonalAccessToken.MostDays} days."));
        faults.ThrowIfAny();
        return new PersonalAccessToken { Name = name, Hash = "", Scopes = string.Join(' ', scopes.Select(s => s.Item).Distinct()), CreatedAt = now, ExpiresAt = ends };
    }
}

/// <summary>What is known of a personal access token; last used to the minute.</summary>
public sealed record PersonalAccessTokenView(
    Guid Id, string Name, IReadOnlyList<string> Scopes, DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt, DateTimeOffset? LastUsedAt);

/// <summary>A personal access token, shown this once.</summary>
public sealed record NewPersonalAccessTokenView(
    Guid Id, string Token, string Name, IReadOnlyList<string> Scopes, DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt);
