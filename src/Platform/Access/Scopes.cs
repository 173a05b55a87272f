namespace Platform.Access;

/// <summary>OAuth scopes: what a token may be used for, within the roles of its account.</summary>
public static class Scopes
{
    /// <summary>Read plans, assignments and figures of the localities within reach.</summary>
    public const string Read = "localities.read";

    /// <summary>Change the plans, agencies and figures of one's own locality.</summary>
    public const string Write = "localities.write";

    /// <summary>Push completions.</summary>
    public const string Complete = "completions.write";

    /// <summary>Look after accounts and grants within reach.</summary>
    public const string Manage = "access.manage";

    /// <summary>Invite people and look after their sign-in, within reach.</summary>
    public const string People = "people.manage";

    /// <summary>See the tasks of one's own agency.</summary>
    public const string OwnTasks = "tasks.own";

    /// <summary>Read the audit log.</summary>
    public const string Audit = "audit.read";

    /// <summary>Every scope.</summary>
    public static IEnumerable<string> All => Enum.GetValues<Role>().SelectMany(Of).Distinct().Order(StringComparer.Ordinal);

    /// <summary>The scopes that a role may ask for.</summary>
    public static IEnumerable<string> Of(Role role) => role switch
    {
        Role.Operator => [Read, Manage, People],
        Role.ProvinceManager => [Read, Write, Manage, People],
        Role.ProvinceViewer => [Read],
        Role.CommuneAdmin => [Read, Write, People],
        Role.Vendor => [Complete],
        Role.AgencyOfficer => [OwnTasks],
        _ => [Audit],
    };
}
