using System.Security.Cryptography;
using Platform.Database;

namespace Platform.CommandLine;

/// <summary>
/// The keys of one installation, 32 bytes or more each. In Development they are made and kept in the data folder; elsewhere they come
/// from configuration: <c>Secrets:PseudonymKey</c> and <c>Secrets:PagingKey</c> in base64, <c>Secrets:KeyFolder</c>.
/// </summary>
internal sealed record Secrets(byte[] PseudonymKey, byte[] PagingKey, string? KeyFolder)
{
    internal static Secrets InFolder(string dataFolder) => new(
        Kept(Path.Combine(dataFolder, "pseudonym.key")), Kept(Path.Combine(dataFolder, "paging.key")), Path.Combine(dataFolder, "keys"));

    internal static Secrets From(IConfiguration configuration) => new(
        Configured(configuration, "Secrets:PseudonymKey"), Configured(configuration, "Secrets:PagingKey"), configuration["Secrets:KeyFolder"]);

    private static byte[] Kept(string file)
    {
        if (!File.Exists(file))
            PrivateFile.Write(file, Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)));
        return Convert.FromBase64String(File.ReadAllText(file));
    }

    private static byte[] Configured(IConfiguration configuration, string name)
    {
        var key = new byte[256];
        return Convert.TryFromBase64String(configuration[name] ?? "", key, out var length) && length >= 32
            ? key[..length]
            : throw new InvalidOperationException($"{name} must be set to at least 32 bytes in base64 (for example: openssl rand -base64 32).");
    }
}
