namespace Platform.Access.People;

/// <summary>A number to find a row by, and the secret that proves the right to it: what session cookies and links carry. Only the secret's hash is stored.</summary>
public sealed record SecretText(Guid Id, string Secret)
{
    /// <summary>A new one.</summary>
    public static SecretText New(DateTimeOffset now) => new(Guid.CreateVersion7(now), ClientSecret.New());

    /// <summary>Number and secret; null when the text is none.</summary>
    public static SecretText? Parse(string? text) =>
        text is { Length: > 33 and < 200 } && text[32] == '.' && Guid.TryParseExact(text.AsSpan(0, 32), "N", out var id) ? new SecretText(id, text[33..]) : null;

    public override string ToString() => $"{Id:N}.{Secret}";
}
