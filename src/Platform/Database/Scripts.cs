namespace Platform.Database;

/// <summary>The SQL files that travel inside the assembly.</summary>
internal static class Scripts
{
    internal static string Read(string name)
    {
        using var stream = typeof(Scripts).Assembly.GetManifestResourceStream($"Platform.Database.Sql.{name}")
            ?? throw new InvalidOperationException($"The script {name} is not in the assembly.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
