using System.Globalization;

namespace Platform.Database.Embedded;

/// <summary>
/// The account PostgreSQL runs under when we are root, because it refuses root: the owner of an existing cluster,
/// else <c>postgres</c>, else <c>nobody</c>. Holds the command prefix that takes a child there: setpriv, else runuser,
/// else su, whichever works on this machine.
/// </summary>
internal sealed class UnprivilegedUser
{
    private readonly string _identity;
    private readonly string[] _prefix;

    private UnprivilegedUser(Account account, string[] prefix)
    {
        Name = account.Name;
        _identity = $"{account.User}:{account.Group}";
        _prefix = prefix;
    }

    public string Name { get; }

    /// <summary>The account to use, or null when this process is not root and children may simply be started.</summary>
    public static async Task<UnprivilegedUser?> FindAsync(string? existingCluster, CancellationToken ct)
    {
        if (OperatingSystem.IsWindows() || !Environment.IsPrivilegedProcess) return null;
        var account = await OwnerAsync(existingCluster, ct) ?? Accounts("postgres") ?? Accounts("nobody")
            ?? throw new EmbeddedPostgresException("PostgreSQL does not run as root, and this machine has neither a user postgres nor nobody.");
        foreach (var prefix in WaysTo(account))
        {
            if ((await ChildProcess.RunAsync([.. prefix, "/bin/sh", "-c", ":"], ct)).Succeeded)
                return new UnprivilegedUser(account, prefix);
        }
        throw new EmbeddedPostgresException(
            $"PostgreSQL does not run as root, and no way was found to run it as {account.Name}. "
            + "Install util-linux (setpriv), or start as an ordinary user.");
    }

    /// <summary>The command that runs <paramref name="command"/> under this account.</summary>
    public string[] Command(params string[] command) => [.. _prefix, .. command];

    /// <summary>Whether this account may enter the folder, asked by trying it: modes, ancestors and ACLs all count.</summary>
    public async Task<bool> CanEnterAsync(string folder, CancellationToken ct) =>
        (await ChildProcess.RunAsync(Command("/bin/sh", "-c", "cd -- \"$1\"", "sh", folder), ct)).Succeeded;

    /// <summary>Gives a folder and all it holds to this account.</summary>
    public async Task OwnAsync(string folder, CancellationToken ct)
    {
        var chown = await ChildProcess.RunAsync(["chown", "-R", _identity, folder], ct);
        if (!chown.Succeeded) throw new EmbeddedPostgresException($"Cannot give {folder} to the user {Name}: {chown.Output}");
    }

    private static IEnumerable<string[]> WaysTo(Account account)
    {
        if (ChildProcess.FindCommand("setpriv") is { } setpriv)
            yield return [setpriv, $"--reuid={account.User}", $"--regid={account.Group}", "--clear-groups", "--"];
        if (ChildProcess.FindCommand("runuser") is { } runuser)
            yield return [runuser, "-u", account.Name, "--"];
        if (ChildProcess.FindCommand("su") is { } su)
            yield return [su, "-s", "/bin/sh", account.Name, "-c", "exec \"$@\"", "--", "sh"];
    }

    private static async Task<Account?> OwnerAsync(string? cluster, CancellationToken ct)
    {
        if (cluster is null) return null;
        var stat = await ChildProcess.RunAsync(["stat", "-c", "%U %u %g", cluster], ct);
        return stat.Succeeded && stat.Output.Split(' ') is [var name, var user, var group] && user != "0"
            ? new Account(name, Number(user), Number(group))
            : null;
    }

    private static Account? Accounts(string name) =>
        File.ReadLines("/etc/passwd").Select(line => line.Split(':')).FirstOrDefault(f => f.Length > 3 && f[0] == name) is { } fields
            ? new Account(name, Number(fields[2]), Number(fields[3]))
            : null;

    private static uint Number(string text) => unchecked((uint)long.Parse(text, CultureInfo.InvariantCulture));

    private sealed record Account(string Name, uint User, uint Group);
}
