namespace Platform.Imports;

/// <summary>How files are imported. Configuration section <c>Imports</c>.</summary>
public sealed class ImportOptions
{
    /// <summary>Where files wait until they are imported, encrypted; shared by all servers. Default: imports in the user's application data; in Development in the data folder.</summary>
    public string Folder { get; set; } = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData), "platform", "imports");

    /// <summary>The longest file in bytes. Default 2 GiB.</summary>
    public long FileBytes { get; set; } = 2L << 30;

    /// <summary>Files of one vendor that may wait, those that run or are paused too; more are refused. Default 100; 1–100000.</summary>
    public int WaitingFiles { get; set; } = 100;

    /// <summary>How much room they may take together, in bytes. Default 8 GiB.</summary>
    public long WaitingBytes { get; set; } = 8L << 30;

    /// <summary>Imports that one server runs at once. Default 2; 0–16. With 0 it only receives them.</summary>
    public int AtOnce { get; set; } = 2;

    /// <summary>Seconds after which another server takes over an import whose server gave no sign of life. Default 30; 2–600.</summary>
    public int LeaseSeconds { get; set; } = 30;

    /// <summary>Reads and checks the section.</summary>
    public static ImportOptions From(IConfiguration configuration)
    {
        var options = configuration.GetSection("Imports").Get<ImportOptions>() ?? new ImportOptions();
        if (options.FileBytes < 1 || options.WaitingFiles is < 1 or > 100_000 || options.WaitingBytes < 1 || options.AtOnce is < 0 or > 16 || options.LeaseSeconds is < 2 or > 600 || string.IsNullOrWhiteSpace(options.Folder))
            throw new InvalidOperationException("Imports: AtOnce must be 0–16, LeaseSeconds 2–600, WaitingFiles 1–100000, FileBytes and WaitingBytes positive.");
        return options;
    }
}
