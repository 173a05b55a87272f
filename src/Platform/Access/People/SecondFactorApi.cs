using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Platform.Database;
using Platform.Http;

namespace Platform.Access.People;

/// <summary>Routes of a person's own authenticator app and recovery codes.</summary>
public static class SecondFactorApi
{
    public static void MapSecondFactor(this IEndpointRouteBuilder routes)
    {
        var own = routes.MapGroup("/v1/me").WithTags("People").Require(null, Reach.Account).Fails(400, 401, 403, 409, 413, 415, 422);
        own.MapPost("authenticator", CreateAuthenticator).WithName(nameof(CreateAuthenticator)).OfSession();
        own.MapPut("authenticator/confirmation", ConfirmAuthenticator).WithName(nameof(ConfirmAuthenticator)).OfSession();
        own.MapPost("authenticator/removal", RemoveAuthenticator).WithName(nameof(RemoveAuthenticator)).OfSession();
        own.MapPost("recovery-codes", ReplaceRecoveryCodes).WithName(nameof(ReplaceRecoveryCodes)).OfSession();
    }

    /// <summary>Makes a key for an authenticator app and shows it, this once. It counts from its confirmation on.</summary>
    private static async Task<Ok<AuthenticatorView>> CreateAuthenticator(
        Proof body, HttpContext http, PlatformDb db, SignInDesk desk, SecondFactor factor, CancellationToken cancellation)
    {
        var person = await Own(http, db, body.Password, desk, cancellation);
        var key = await factor.NewKey(person.AccountId, cancellation) ?? throw new ProblemException(Problems.AuthenticatorInUse);
        http.Response.Headers.CacheControl = "no-store";
        return TypedResults.Ok(new AuthenticatorView(key, OneTimeCodes.Address(key, http.Features.Get<Caller>()!.Key)));
    }

    /// <summary>Confirms the key with a code that the app shows; from now on sign-in asks for one. Shows ten recovery codes, this once.</summary>
    private static async Task<Ok<RecoveryCodesView>> ConfirmAuthenticator(
        CodeProof body, HttpContext http, PlatformDb db, SecondFactor factor, TimeProvider clock, CancellationToken cancellation)
    {
        var own = http.Features.Get<Caller>()!.Id;
        var person = await db.People.AsNoTracking().SingleAsync(p => p.AccountId == own, cancellation);
        if (person.AuthenticatorKey is null)
            throw new ProblemException(Problems.NoAuthenticator);
        if (person.AuthenticatorSince is not null)
            throw new ProblemException(Problems.AuthenticatorInUse);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        if (!await factor.Confirm(person, body.Validate(), clock.GetUtcNow(), cancellation))
            throw WrongCode();
        var codes = await factor.NewRecoveryCodes(own, cancellation);
        await transaction.CommitAsync(cancellation);
        http.Response.Headers.CacheControl = "no-store";
        return TypedResults.Ok(new RecoveryCodesView(codes));
    }

    /// <summary>Removes the authenticator app and the recovery codes. Needs the password, and a code of the app or a recovery code.</summary>
    private static async Task<NoContent> RemoveAuthenticator(
        Proof body, HttpContext http, PlatformDb db, SignInDesk desk, SecondFactor factor, TimeProvider clock, CancellationToken cancellation)
    {
        var person = await Own(http, db, body.Password, desk, cancellation);
        await Require(person, body.Code, factor, clock, cancellation);
        await factor.Remove(person.AccountId, cancellation);
        return TypedResults.NoContent();
    }

    /// <summary>Makes ten new recovery codes and shows them, this once; the old ones end. Needs the password, and a code of the app or a recovery code.</summary>
    private static async Task<Ok<RecoveryCodesView>> ReplaceRecoveryCodes(
        Proof body, HttpContext http, PlatformDb db, SignInDesk desk, SecondFactor factor, TimeProvider clock, CancellationToken cancellation)
    {
        var person = await Own(http, db, body.Password, desk, cancellation);
        await Require(person, body.Code, factor, clock, cancellation);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        var codes = await factor.NewRecoveryCodes(person.AccountId, cancellation);
        await transaction.CommitAsync(cancellation);
        http.Response.Headers.CacheControl = "no-store";
        return TypedResults.Ok(new RecoveryCodesView(codes));
    }

    /// <summary>The caller as a person who knows the password.</summary>
    internal static async Task<Person> Own(HttpContext http, PlatformDb db, string? password, SignInDesk desk, CancellationToken cancellation)
    {
        var own = http.Features.Get<Caller>()!.Id;
        var person = await db.People.AsNoTracking().SingleAsync(p => p.AccountId == own, cancellation);
        return await desk.Knows(person, password, cancellation)
            ? person
            : throw new ProblemException(Problems.Invalid, null, [new FieldFault("/password", Problems.WrongPassword)]);
    }

    /// <summary>Refuses who has neither a code of the app nor a recovery code.</summary>
    internal static async Task Require(Person person, string? code, SecondFactor factor, TimeProvider clock, CancellationToken cancellation)
    {
        if (person.AuthenticatorSince is null)
            throw new ProblemException(Problems.NoAuthenticator);
        var text = new CodeProof(code).Validate();
        if (!await factor.Takes(person, text, clock.GetUtcNow(), cancellation) && !await factor.TakesRecovery(person.AccountId, text, cancellation))
            throw WrongCode();
    }

    private static ProblemException WrongCode() => new(Problems.Invalid, null, [new FieldFault("/code", Problems.WrongCode)]);
}

/// <summary>That it is still the person who sits there.</summary>
/// <param name="Password">The password.</param>
/// <param name="Code">A code of the authenticator app or a recovery code, where one is set up.</param>
public sealed record Proof(string? Password, string? Code);

/// <summary>A code.</summary>
/// <param name="Code">What the authenticator app shows.</param>
public sealed record CodeProof(string? Code)
{
    internal string Validate()
    {
        var faults = new Faults();
        var code = faults.Text("/code", Code, 40);
        faults.ThrowIfAny();
        return code;
    }
}

/// <summary>The key of an authenticator app, shown this once.</summary>
/// <param name="Key">In base32, to be typed.</param>
/// <param name="Address">As an otpauth address, to be shown as a QR code.</param>
public sealed record AuthenticatorView(string Key, string Address);

/// <summary>Recovery codes, shown this once; each works once.</summary>
public sealed record RecoveryCodesView(IReadOnlyList<string> RecoveryCodes);
