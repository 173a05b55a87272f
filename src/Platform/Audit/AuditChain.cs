using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Platform.Audit;

/// <summary>The hash of a seal: SHA-256 over the seal before it and over every field of its entries, each with its length before it.</summary>
internal sealed class AuditChain : IDisposable
{
    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    internal AuditChain(short chain, int number, byte[] before)
    {
        Add(string.Create(CultureInfo.InvariantCulture, $"{chain}/{number}"));
        hash.AppendData(before);
    }

    internal int Entries { get; private set; }

    internal void Add(AuditEntry entry)
    {
        Entries++;
        Add(entry.Id.ToString(CultureInfo.InvariantCulture));
        Add(entry.TenantId?.ToString(CultureInfo.InvariantCulture));
        Add(entry.At.UtcDateTime.ToString("O", CultureInfo.InvariantCulture));
        Add(entry.Actor);
        Add(entry.Address);
        Add(entry.Request);
        Add(entry.Action.ToString());
        Add(entry.Subject);
        Add(entry.RowKey);
        Add(entry.Before);
        Add(entry.After);
    }

    internal byte[] Close() => hash.GetHashAndReset();

    public void Dispose() => hash.Dispose();

    private void Add(string? text)
    {
        var bytes = text is null ? [] : Encoding.UTF8.GetBytes(text);
        hash.AppendData(BitConverter.GetBytes(text is null ? -1 : bytes.Length));
        hash.AppendData(bytes);
    }
}
