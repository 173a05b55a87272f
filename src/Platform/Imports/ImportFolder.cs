using Microsoft.AspNetCore.DataProtection;
using Platform.Http;

namespace Platform.Imports;

/// <summary>The folder where files wait: each encrypted, whole or not there at all.</summary>
public sealed class ImportFolder(ImportOptions options, IDataProtectionProvider protection)
{
    private const int NoSpaceOnUnix = 28, NoSpaceOnWindows = unchecked((int)0x80070070), QuotaOnUnix = 122;
    private readonly IDataProtector protector = protection.CreateProtector("Platform.Imports");

    /// <summary>Keeps a file; how many bytes it has. Nothing stays of one that did not come to its end.</summary>
    internal async Task<long> Store(Guid import, Stream content, CancellationToken cancellation)
    {
        var (part, file) = (Path.Combine(options.Folder, $"{import}.part"), PathOf(import));
        try
        {
            Directory.CreateDirectory(options.Folder);
            var bytes = await SealedFile.Write(part, content, protector, cancellation);
            File.Move(part, file);
            return bytes;
        }
        catch (Exception failure)
        {
            File.Delete(part);
            if (failure is IOException { HResult: NoSpaceOnUnix or NoSpaceOnWindows or QuotaOnUnix })
                throw new ProblemException(Problems.ImportFolderFull);
            throw;
        }
    }

    internal Stream Open(Guid import) => SealedFile.Open(PathOf(import), protector);

    /// <summary>How much room a waiting file takes.</summary>
    internal long BytesOf(Guid import) => new FileInfo(PathOf(import)) is { Exists: true } file ? file.Length : 0;

    internal bool Has(Guid import) => File.Exists(PathOf(import));

    internal void Remove(Guid import) => File.Delete(PathOf(import));

    /// <summary>Removes what crashes left: files that no import needs and nobody has written to for an hour.</summary>
    internal void Sweep(IReadOnlySet<Guid> needed, DateTimeOffset now)
    {
        if (!Directory.Exists(options.Folder))
            return;
        foreach (var file in new DirectoryInfo(options.Folder).EnumerateFiles())
            if (Guid.TryParse(Path.GetFileNameWithoutExtension(file.Name), out var import) && !needed.Contains(import) && file.LastWriteTimeUtc < now.UtcDateTime.AddHours(-1))
                file.Delete();
    }

    private string PathOf(Guid import) => Path.Combine(options.Folder, $"{import}.sealed");
}
