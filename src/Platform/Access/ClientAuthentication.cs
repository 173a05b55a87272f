using System.Globalization;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Platform.Database;
using Platform.Http;
using Platform.Limits;

namespace Platform.Access;

/// <summary>A client that proved to know one of its secrets.</summary>
/// <param name="Key">Its client_id.</param>
/// <param name="Secret">The secret it used.</param>
/// <param name="SecretEnds">When that secret stops working.</param>
public sealed record AuthenticatedClient(string Key, Guid Secret, DateTimeOffset? SecretEnds);

/// <summary>Client authentication at the OAuth endpoints: client_secret_basic or client_secret_post (RFC 6749 §2.3.1), never both.</summary>
public sealed class ClientAuthentication(PlatformDb db, SignInLimits limits, TimeProvider clock)
{
    private const string Basic = "Basic ";

    /// <summary>The client that sent the form; refuses with invalid_client.</summary>
    public async Task<AuthenticatedClient> Require(HttpRequest request, IFormCollection form, CancellationToken cancellation)
    {
        if (Credentials(request, form) is not (var id, var secret) || !Faults.IsText(id))
            throw new OAuthException(401, "invalid_client", "Client authentication is needed.");
        if (limits.Wait(request.HttpContext.Connection.RemoteIpAddress, id) is { } seconds)
        {
            request.HttpContext.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
            throw new OAuthException(429, "temporarily_unavailable", "Too many requests; Retry-After says when to come again. A token lasts for half an hour.");
        }

        var now = clock.GetUtcNow();
        var secrets = await db.Accounts.AsNoTracking().Where(a => a.Key == id && a.Kind == AccountKind.Client && a.EndedAt == null)
            .SelectMany(a => a.Secrets.Where(s => s.ExpiresAt == null || s.ExpiresAt > now)).ToListAsync(cancellation);
        // Always as many comparisons as there may be secrets, so that time tells nothing about the client.
        ClientSecret? match = null;
        for (var i = 0; i < ClientSecret.Most; i++)
            if (ClientSecret.Matches(secret, secrets.ElementAtOrDefault(i)?.Hash))
                match = secrets[i];
        if (match is null)
            throw new OAuthException(401, "invalid_client", "The client is unknown or its secret is wrong.");
        var before = now.AddMinutes(-1);
        await db.ClientSecrets.Where(s => s.Id == match.Id && (s.LastUsedAt == null || s.LastUsedAt < before))
            .ExecuteUpdateAsync(set => set.SetProperty(s => s.LastUsedAt, now), cancellation);
        return new AuthenticatedClient(id, match.Id, match.ExpiresAt);
    }

    private static (string Id, string Secret)? Credentials(HttpRequest request, IFormCollection form)
    {
        var header = request.Headers.Authorization.ToString();
        if (header.Length == 0)
            return form["client_id"] is [{ Length: > 0 } id] && form["client_secret"] is [{ Length: > 0 } secret] ? (id, secret) : null;
        if (form.ContainsKey("client_secret"))
            throw new OAuthException(400, "invalid_request", "Authenticate in the header or in the form, not in both.");
        var bytes = new byte[header.Length];
        if (!header.StartsWith(Basic, StringComparison.OrdinalIgnoreCase) || !Convert.TryFromBase64String(header[Basic.Length..].Trim(), bytes, out var length))
            return null;
        var parts = Encoding.UTF8.GetString(bytes, 0, length).Split(':', 2);
        if (parts.Length != 2)
            return null;
        var client = Decoded(parts[0]);
        if (form.ContainsKey("client_id") && form["client_id"] != client)
            throw new OAuthException(400, "invalid_request", "client_id names another client than the header.");
        return (client, Decoded(parts[1]));
    }

    // Both halves are form-encoded before they are joined.
    private static string Decoded(string part) => Uri.UnescapeDataString(part.Replace('+', ' '));
}

/// <summary>An error that OAuth clients read (RFC 6749 §5.2), not a numbered problem.</summary>
public sealed class OAuthException(int status, string error, string description) : Exception(description)
{
    public int Status { get; } = status;

    public string Error { get; } = error;
}
