using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Vendor;

public static class Receiving
{
    // Checks one message that your server received: its headers, and its body byte for byte.
    public static bool IsGenuine(string secret, string id, string timestamp, string signatures, byte[] body)
    {
        byte[] signed = [.. Encoding.UTF8.GetBytes($"{id}.{timestamp}."), .. body];
        var expected = "v1," + Convert.ToBase64String(HMACSHA256.HashData(Convert.FromBase64String(secret["whsec_".Length..]), signed));
        var genuine = signatures.Split(' ').Any(sent => CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(sent), Encoding.ASCII.GetBytes(expected)));
        var fresh = Math.Abs(DateTimeOffset.UtcNow.ToUnixTimeSeconds() - long.Parse(timestamp, CultureInfo.InvariantCulture)) < 300;
        return genuine && fresh;
    }
}
