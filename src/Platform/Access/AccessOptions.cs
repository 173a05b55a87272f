namespace Platform.Access;

/// <summary>Configuration section <c>Access</c>.</summary>
public sealed class AccessOptions
{
    /// <summary>The service's address as its callers know it, such as https://platform.example.vn; names the issuer of tokens. Default: the address asked.</summary>
    public Uri? PublicAddress { get; set; }

    /// <summary>Reads the options and refuses what cannot be meant.</summary>
    public static AccessOptions From(IConfiguration configuration)
    {
        var options = new AccessOptions();
        if (configuration["Access:PublicAddress"] is { Length: > 0 } address)
            options.PublicAddress = Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri.Query.Length + uri.Fragment.Length == 0
                ? uri
                : throw new InvalidOperationException($"Access:PublicAddress «{address}» is no address such as https://platform.example.vn.");
        return options;
    }
}
