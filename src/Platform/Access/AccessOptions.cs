namespace Platform.Access;

/// <summary>Configuration section <c>Access</c>.</summary>
public sealed class AccessOptions
{
    /// <summary>The service's address as its callers know it, such as https://platform.example.vn; names the issuer of tokens. Default: the address asked.</summary>
    public Uri? PublicAddress { get; set; }

    /// <summary>Origins, such as https://bao-cao.example.vn, whose pages may call with a token. Default: none.</summary>
    public IReadOnlyList<string> AllowedOrigins { get; private set; } = [];

    /// <summary>What is too weak to serve with outside Development; null when nothing is.</summary>
    public string? FindWeakness()
    {
        if (PublicAddress is { Scheme: "http", IsLoopback: false })
            return $"Access:PublicAddress {PublicAddress} is not https, so tokens would travel in clear";
        return AllowedOrigins.FirstOrDefault(o => Uri.TryCreate(o, UriKind.Absolute, out var origin) && origin is { Scheme: "http", IsLoopback: false }) is { } weak
            ? $"Access:AllowedOrigins {weak} is not https, so anybody on the way could call in its name"
            : null;
    }

    /// <summary>Reads the options and refuses what cannot be meant.</summary>
    public static AccessOptions From(IConfiguration configuration)
    {
        var options = new AccessOptions();
        if (configuration["Access:PublicAddress"] is { Length: > 0 } address)
            options.PublicAddress = Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri.Query.Length + uri.Fragment.Length == 0
                ? uri
                : throw new InvalidOperationException($"Access:PublicAddress «{address}» is no address such as https://platform.example.vn.");
        options.AllowedOrigins = configuration.GetSection("Access:AllowedOrigins").Get<string[]>() ?? [];
        if (options.AllowedOrigins.FirstOrDefault(o => !Uri.TryCreate(o, UriKind.Absolute, out var origin) || origin.GetLeftPart(UriPartial.Authority) != o) is { } wrong)
            throw new InvalidOperationException($"Access:AllowedOrigins «{wrong}» is no origin such as https://bao-cao.example.vn.");
        return options;
    }
}
