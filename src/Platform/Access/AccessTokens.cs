using System.Globalization;
using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Caching.Memory;

namespace Platform.Access;

/// <summary>What an access token says: its own number, the account it was issued to, the client secret it was asked for with.</summary>
public sealed record AccessToken(Guid Id, string Key, Guid Secret, IReadOnlyList<string> Scopes, DateTimeOffset IssuedAt, DateTimeOffset ExpiresAt);

/// <summary>
/// Writes and reads access tokens: the framework's encrypted and signed tickets, opaque to whoever carries them. What one says is only
/// half of the answer: <see cref="Caller.Accepts"/> knows whether it still counts.
/// </summary>
public sealed class AccessTokens(IDataProtectionProvider protection) : IDisposable
{
    private const int MostKnown = 10_000;

    /// <summary>How long a token lives.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(30);

    private readonly TicketDataFormat format = new(protection.CreateProtector("Platform.Access.AccessToken"));

    // Decrypting costs more than most questions, and a client asks many with one token.
    private readonly MemoryCache known = new(new MemoryCacheOptions { SizeLimit = MostKnown });

    /// <summary>The token as text.</summary>
    public string Write(AccessToken token)
    {
        var identity = new ClaimsIdentity(
        [
            new Claim(ClaimTypes.NameIdentifier, token.Key), new Claim("jti", $"{token.Id:N}"), new Claim("secret", $"{token.Secret:N}"),
            .. token.Scopes.Select(s => new Claim("scope", s)),
        ]);
        return format.Protect(new AuthenticationTicket(
            new ClaimsPrincipal(identity), new AuthenticationProperties { IssuedUtc = token.IssuedAt, ExpiresUtc = token.ExpiresAt }, "AccessToken"));
    }

    /// <summary>What a text says; null when this service never wrote it. Says nothing about its end.</summary>
    public AccessToken? Read(string text)
    {
        if (known.TryGetValue(text, out AccessToken? token))
            return token;
        token = Decrypted(text);
        return token is null ? null : known.Set(text, token, new MemoryCacheEntryOptions { Size = 1, AbsoluteExpirationRelativeToNow = Callers.Fresh });
    }

    private AccessToken? Decrypted(string text)
    {
        if (format.Unprotect(text) is not { Properties: { IssuedUtc: { } issued, ExpiresUtc: { } expires }, Principal: { } says })
            return null;
        return new AccessToken(
            Guid.Parse(says.FindFirstValue("jti")!, CultureInfo.InvariantCulture), says.FindFirstValue(ClaimTypes.NameIdentifier)!,
            Guid.Parse(says.FindFirstValue("secret")!, CultureInfo.InvariantCulture), [.. says.FindAll("scope").Select(c => c.Value)], issued, expires);
    }

    public void Dispose() => known.Dispose();
}
