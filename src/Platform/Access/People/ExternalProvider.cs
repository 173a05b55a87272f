namespace Platform.Access.People;

/// <summary>
/// Another place where people may prove who they are, such as VNeID's or a ministry's, by OAuth 2.0 with authorisation code and PKCE. Configuration
/// section <c>People:External:NAME</c>; none by default. The name is part of addresses and of what is stored, and so stays.
/// </summary>
public sealed class ExternalProvider
{
    /// <summary>1–40 small letters, digits, hyphens.</summary>
    public string Name { get; set; } = "";

    /// <summary>What people call it: VNeID. Default: the name.</summary>
    public string? Title { get; set; }

    /// <summary>What the provider calls this platform.</summary>
    public string ClientId { get; set; } = "";

    /// <summary>The secret that the provider gave; or <see cref="ClientSecretFile"/>.</summary>
    public string? ClientSecret { get; set; }

    /// <summary>The file that holds it.</summary>
    public string? ClientSecretFile { get; set; }

    /// <summary>Where the browser is sent.</summary>
    public Uri? AuthorizationEndpoint { get; set; }

    /// <summary>Where the code is exchanged.</summary>
    public Uri? TokenEndpoint { get; set; }

    /// <summary>Where the provider tells, in JSON, who it is.</summary>
    public Uri? UserInformationEndpoint { get; set; }

    /// <summary>What is asked for. Default: openid.</summary>
    public IReadOnlyList<string> Scopes { get; set; } = [];

    /// <summary>The member of that JSON which always names the same person. Default: sub.</summary>
    public string SubjectField { get; set; } = "sub";

    /// <summary>The name of the framework's scheme.</summary>
    internal string Scheme => $"external-{Name}";

    /// <summary>Where the provider sends the browser back to.</summary>
    internal string CallbackPath => $"/v1/sign-in/external/{Name}/callback";

    /// <summary>Reads the providers and refuses what cannot be meant.</summary>
    internal static IReadOnlyList<ExternalProvider> From(IConfiguration configuration)
    {
        var providers = new List<ExternalProvider>();
        foreach (var section in configuration.GetSection("People:External").GetChildren())
        {
            var provider = section.Get<ExternalProvider>()!;
            provider.Name = section.Key;
            if (provider.Name.Length > 40 || !provider.Name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-'))
                throw new InvalidOperationException($"{section.Path}: a provider's name is 1–40 small letters, digits and hyphens.");
            foreach (var (name, address) in new[] { ("AuthorizationEndpoint", provider.AuthorizationEndpoint), ("TokenEndpoint", provider.TokenEndpoint), ("UserInformationEndpoint", provider.UserInformationEndpoint) })
                if (address is not { IsAbsoluteUri: true } || !(address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && address.IsLoopback)))
                    throw new InvalidOperationException($"{section.Path}:{name} must be an https address.");
            provider.ClientSecret = provider.ClientSecretFile is { Length: > 0 } file ? File.ReadAllText(file).Trim() : provider.ClientSecret;
            if (provider.ClientId.Length == 0 || string.IsNullOrEmpty(provider.ClientSecret))
                throw new InvalidOperationException($"{section.Path} needs ClientId, and ClientSecret or ClientSecretFile.");
            providers.Add(provider);
        }

        return providers;
    }
}

/// <summary>Those that the installation names.</summary>
public sealed record ExternalProviders(IReadOnlyList<ExternalProvider> All);
