namespace Platform.Load;

/// <summary>
/// A folder for one run. Others may enter it: the database of a run as root belongs to another user, and lies elsewhere, where nobody removes it,
/// if that user cannot reach it here.
/// </summary>
internal sealed class Scratch : IDisposable
{
    internal string Path { get; } = Directory.CreateDirectory(System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"platform-load-{Guid.NewGuid():N}")).FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
