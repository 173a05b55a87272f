using System.Data;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Platform.Database;
using Platform.Http;
using Platform.Localities;

namespace Platform.Tenants;

/// <summary>
/// Everything of one tenant as a zip: a file of rows per table, a manifest with the hash of each, and a signature over the manifest. Written row
/// by row, in one snapshot; believed only as a whole. Accounts, grants and the audit log stay behind: they belong to the installation.
/// </summary>
internal sealed class TenantArchive(PlatformDb db, ArchiveKeys keys, TimeProvider clock)
{
    private const int LongestManifest = 1 << 20;

    /// <summary>Writes the archive of the tenant in scope. The zip ends synchronously, so that the output is to be a file.</summary>
    internal async Task Write(LocalityEntry locality, string by, Stream output, CancellationToken cancellation)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation);
        await db.Database.ExecuteSqlRawAsync(db.Dialect.TellTimesInUtc, cancellation);
        var (codes, (tables, leftOut)) = (await ArchiveCodes.Load(db, cancellation), ArchiveTable.All(db));
        await using var zip = await ZipArchive.CreateAsync(output, ZipArchiveMode.Create, leaveOpen: true, entryNameEncoding: null, cancellation);
        var (files, moment) = (new List<ArchiveFile>(), clock.GetUtcNow());
        foreach (var table in tables)
        {
            await using var file = await zip.CreateEntry(table.File).OpenAsync(cancellation);
            files.Add(await Put(db, table, codes, locality.Id, file, cancellation));
        }

        var manifest = JsonSerializer.SerializeToUtf8Bytes(
            new ArchiveManifest(ArchiveManifest.Current, locality.Code, $"{locality.Kind} {locality.Name}", moment, by, files, leftOut), Json.Options);
        foreach (var (name, bytes) in ((string, byte[])[])[(ArchiveManifest.File, manifest), (ArchiveManifest.Signature, await keys.Sign(manifest, cancellation))])
        {
            await using var file = await zip.CreateEntry(name).OpenAsync(cancellation);
            await file.WriteAsync(bytes, cancellation);
        }
    }

    /// <summary>Writes a tenant's rows of a table and tells what was written. Belongs into a transaction that tells times in UTC.</summary>
    internal static async Task<ArchiveFile> Put(PlatformDb db, ArchiveTable table, ArchiveCodes codes, short tenant, Stream output, CancellationToken cancellation)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var rows = 0;
        var stored = db.Database.SqlQueryRaw<string>(db.Dialect.RowsAsJson(table.Name, table.Columns, table.Condition, table.Order), tenant);
        await foreach (var text in stored.AsAsyncEnumerable().WithCancellation(cancellation))
        {
            var row = JsonNode.Parse(text)!.AsObject();
            codes.Encode(row);
            var line = Encoding.UTF8.GetBytes(row.ToJsonString(Json.Options) + "\n");
            hash.AppendData(line);
            await output.WriteAsync(line, cancellation);
            rows++;
        }

        return new ArchiveFile(table.File, rows, Convert.ToHexStringLower(hash.GetHashAndReset()), table.IsCounted);
    }

    /// <summary>
    /// The manifest of an archive that was signed by somebody who is believed, and whose every file is as the manifest says. What is not even a
    /// zip throws <see cref="InvalidDataException"/>.
    /// </summary>
    internal async Task<ArchiveManifest> Believe(ZipArchive zip, CancellationToken cancellation)
    {
        var (bytes, signature) = (await Whole(ArchiveManifest.File), await Whole(ArchiveManifest.Signature));
        if (!await keys.Believes(bytes, signature, cancellation))
            throw new ProblemException(Problems.ArchiveNotBelieved);
        var manifest = Understood(bytes);
        if (manifest?.Format != ArchiveManifest.Current || !ArchiveTable.All(db).Tables.Select(t => t.File).SequenceEqual(manifest.Files.Select(f => f.Name)))
            throw new ProblemException(Problems.UnknownArchiveFormat);
        if (zip.Entries.FirstOrDefault(e => e.FullName is not (ArchiveManifest.File or ArchiveManifest.Signature) && manifest.Files.All(f => f.Name != e.FullName)) is { } strange)
            throw Damaged(strange.FullName);
        foreach (var file in manifest.Files)
            await Check(zip, file, cancellation);
        return manifest;

        async Task<byte[]> Whole(string name)
        {
            if (zip.GetEntry(name) is not { Length: <= LongestManifest } entry)
                throw new ProblemException(Problems.NotAnArchive);
            await using var file = await entry.OpenAsync(cancellation);
            using var whole = new MemoryStream();
            await file.CopyToAsync(whole, cancellation);
            return whole.ToArray();
        }
    }

    private static ArchiveManifest? Understood(byte[] manifest)
    {
        try
        {
            return JsonSerializer.Deserialize<ArchiveManifest>(manifest, Json.Options);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static async Task Check(ZipArchive zip, ArchiveFile expected, CancellationToken cancellation)
    {
        try
        {
            if (zip.Entries.Where(e => e.FullName == expected.Name).ToList() is [var entry])
            {
                await using var file = await entry.OpenAsync(cancellation);
                if (Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancellation)) == expected.Sha256)
                    return;
            }
        }
        catch (InvalidDataException)
        {
            // Said below.
        }

        throw Damaged(expected.Name);
    }

    private static ProblemException Damaged(string file) => new(Problems.ArchiveDamaged, new Explanation($"Tệp {file}.", $"The file {file}."));
}
