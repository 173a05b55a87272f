using System.Globalization;

namespace Platform.Database.Embedded;

/// <summary>
/// One process per data folder. The claim is an exclusive lock on a file, which the operating system releases however
/// the process ends, so a claim never goes stale. The owner's number stands in a second file: a locked file cannot be read.
/// </summary>
internal sealed class FolderClaim : IDisposable
{
    private const int LinuxWouldBlock = 11;
    private const int MacWouldBlock = 35;
    private const int WindowsSharingViolation = unchecked((int)0x80070020);
    private readonly FileStream _held;

    private FolderClaim(FileStream held) => _held = held;

    /// <summary>Claims the folder, which is created if missing, or says which process has it.</summary>
    public static FolderClaim Take(string dataFolder)
    {
        var owner = Path.Combine(dataFolder, "postgres.owner");
        try
        {
            Directory.CreateDirectory(dataFolder);
            var claim = TryLock(Path.Combine(dataFolder, "postgres.lock"))
                ?? throw new EmbeddedPostgresException(
                    $"The data folder {dataFolder} is already in use by process {OwnerOf(owner)}. "
                    + "Stop that process first, or choose another data folder.");
            File.WriteAllText(owner, Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
            return new FolderClaim(claim);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new EmbeddedPostgresException(
                $"The data folder {dataFolder} cannot be written by this user; it may be that another one, such as root, has used it. "
                + "Run as that user, or choose another data folder.", e);
        }
    }

    /// <summary>Opens a file under an exclusive lock, or returns null when another holder has it.</summary>
    public static FileStream? TryLock(string path)
    {
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when (e.HResult is LinuxWouldBlock or MacWouldBlock or WindowsSharingViolation)
        {
            return null;
        }
    }

    public void Dispose() => _held.Dispose();

    private static string OwnerOf(string path) => File.Exists(path) ? File.ReadAllText(path).Trim() : "(unknown)";
}
