using System.Buffers.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Platform.Database;
using Platform.Http;
using Platform.Limits;

namespace Platform.Access.People;

/// <summary>Routes of passkeys: signing in with one, and a person's own.</summary>
public static class PasskeysApi
{
    public static void MapPasskeys(this IEndpointRouteBuilder routes)
    {
        var open = routes.MapGroup("/v1/sign-in/passkey").WithTags("People").AllowAnonymous().Fails(429);
        open.MapPost("options", AskForPasskey).WithName(nameof(AskForPasskey));
        open.MapPost("", SignInWithPasskey).WithName(nameof(SignInWithPasskey)).Fails(400, 401, 413, 415, 422);
        var own = routes.MapGroup("/v1/me/passkeys").WithTags("People").Require(null, Reach.Account).Fails(401, 403);
        own.MapGet("", ListPasskeys).WithName(nameof(ListPasskeys)).OfSession();
        own.MapPost("options", InvitePasskey).WithName(nameof(InvitePasskey)).OfSession().Fails(400, 413, 415, 422);
        own.MapPost("", CreatePasskey).WithName(nameof(CreatePasskey)).OfSession().Fails(400, 409, 413, 415, 422);
        own.MapDelete("{id}", DeletePasskey).WithName(nameof(DeletePasskey)).OfSession().Fails(404);
    }

    /// <summary>Begins a sign-in with a passkey: what the browser hands to navigator.credentials.get().</summary>
    private static async Task<Ok<JsonElement>> AskForPasskey(HttpContext http, PasskeyDesk desk, SignInLimits limits)
    {
        Limit(http, limits);
        return TypedResults.Ok(await desk.Ask(http));
    }

    /// <summary>Signs a person in with the passkey that the browser answered with, within five minutes.</summary>
    /// <remarks>Asks for no second factor, since the passkey has recognised its owner; works while the password is locked.</remarks>
    private static async Task<Ok<SignedIn>> SignInWithPasskey(
        PasskeyAnswer body, HttpContext http, PasskeyDesk desk, SignInLimits limits, Sessions sessions, CancellationToken cancellation)
    {
        Limit(http, limits);
        var account = await desk.Recognize(PasskeyDesk.Text(body.Credential), http, cancellation);
        return TypedResults.Ok(await SignInApi.Welcome(http, account, SignInMethod.Passkey, sessions, cancellation));
    }

    /// <summary>The caller's passkeys, the newest first.</summary>
    private static async Task<Ok<Page<PasskeyView>>> ListPasskeys(HttpContext http, PlatformDb db, CancellationToken cancellation)
    {
        var own = http.Features.Get<Caller>()!.Id;
        var keys = await db.Passkeys.AsNoTracking().Where(k => k.AccountId == own).OrderByDescending(k => k.CreatedAt).ToListAsync(cancellation);
        return TypedResults.Ok(new Page<PasskeyView>([.. keys.Select(PasskeyView.Of)], null));
    }

    /// <summary>Begins a new passkey, for who knows the password: what the browser hands to navigator.credentials.create().</summary>
    private static async Task<Ok<JsonElement>> InvitePasskey(
        Proof body, HttpContext http, PlatformDb db, SignInDesk signIn, SecondFactor factor, TimeProvider clock, PasskeyDesk desk, CancellationToken cancellation)
    {
        var person = await SecondFactorApi.Own(http, db, body.Password, signIn, cancellation);
        if (person.AuthenticatorSince is not null)
            await SecondFactorApi.Require(person, body.Code, factor, clock, cancellation);
        return TypedResults.Ok(await desk.Invite(http.Features.Get<Caller>()!, http));
    }

    /// <summary>Keeps the passkey that the browser made, within five minutes.</summary>
    private static async Task<Created<PasskeyView>> CreatePasskey(CreatePasskey body, HttpContext http, PasskeyDesk desk, CancellationToken cancellation)
    {
        var faults = new Faults();
        var name = faults.Text("/name", body.Name, 100);
        faults.ThrowIfAny();
        var made = PasskeyView.Of(await desk.Keep(http.Features.Get<Caller>()!, name, PasskeyDesk.Text(body.Credential), http, cancellation));
        return TypedResults.Created($"/v1/me/passkeys/{made.Id}", made);
    }

    /// <summary>Removes one of the caller's passkeys.</summary>
    private static async Task<NoContent> DeletePasskey(string id, HttpContext http, PlatformDb db, CancellationToken cancellation)
    {
        var own = http.Features.Get<Caller>()!.Id;
        var key = Base64Url.IsValid(id) ? Base64Url.DecodeFromChars(id) : [];
        return await db.Passkeys.Where(k => k.Id == key && k.AccountId == own).ExecuteDeleteAsync(cancellation) == 1
            ? TypedResults.NoContent()
            : throw new ProblemException(Problems.UnknownPasskey);
    }

    private static void Limit(HttpContext http, SignInLimits limits)
    {
        if (limits.WaitAtDoor(http.Connection.RemoteIpAddress) is { } seconds)
            throw LimitGate.Refuse(http, Problems.TooMuch, TimeSpan.FromSeconds(seconds));
    }
}

/// <summary>What the browser answered with.</summary>
/// <param name="Credential">The credential of navigator.credentials.get() as JSON (toJSON()).</param>
public sealed record PasskeyAnswer(JsonElement? Credential);

/// <summary>A passkey to be kept.</summary>
/// <param name="Name">What the person calls it: Điện thoại của tôi.</param>
/// <param name="Credential">The credential of navigator.credentials.create() as JSON (toJSON()).</param>
public sealed record CreatePasskey(string? Name, JsonElement? Credential);

/// <summary>A passkey.</summary>
/// <param name="Id">Its id, in base64url.</param>
/// <param name="Name">What the person calls it.</param>
/// <param name="BackedUp">Whether its maker keeps a copy, so that it survives the device.</param>
/// <param name="CreatedAt">Since when.</param>
/// <param name="LastUsedAt">When it last signed in.</param>
public sealed record PasskeyView(string Id, string Name, bool BackedUp, DateTimeOffset CreatedAt, DateTimeOffset? LastUsedAt)
{
    internal static PasskeyView Of(Passkey key) => new(Base64Url.EncodeToString(key.Id), key.Name, key.BackedUp, key.CreatedAt, key.LastUsedAt);
}
