using System.Globalization;
using Platform.Localities;

namespace Platform.Tenancy;

/// <summary>
/// Which tenants' rows one unit of work may see and change. Set once, from the route and the credential, never from a body.
/// The query filters, the save guard and the database's row-level security all read it: three belts, one source.
/// An empty scope sees global tables only.
/// </summary>
public sealed class TenantScope
{
    private bool entered;
    private HashSet<short> founded = [];

    /// <summary>The one tenant whose rows may be read and written.</summary>
    public short? Tenant { get; private set; }

    /// <summary>The provinces above the communes in scope, whose issued plans may be read.</summary>
    public List<short> Superiors { get; private set; } = [];

    /// <summary>The one province above <see cref="Tenant"/>.</summary>
    public short? Superior => Tenant is null ? null : Superiors.Count == 1 ? Superiors[0] : null;

    /// <summary>The provinces whose own and communes' rows may be read.</summary>
    public List<short> Provinces { get; private set; } = [];

    /// <summary>The localities that may be read one by one.</summary>
    public List<short> Localities { get; private set; } = [];

    /// <summary>The account that is signed in, where its own rows, or the accounts and grants that it looks after, are touched.</summary>
    public int? Account { get; private set; }

    /// <summary>An archive is being read into <see cref="Tenant"/>.</summary>
    public bool Restores { get; private set; }

    /// <summary><see cref="Tenant"/> is being deleted.</summary>
    public bool Removes { get; private set; }

    /// <summary>Every tenant's figures, plans and tasks may be read; never people.</summary>
    public bool Nation { get; private set; }

    /// <summary>The vendor whose completions are being taken in.</summary>
    public short? Vendor { get; private set; }

    /// <summary>The one tenant whose rows may be read, by itself or by the province above it.</summary>
    public short? Readable { get; private set; }

    /// <summary>The province whose own and communes' rows may all be read.</summary>
    public short? Whole { get; private set; }

    /// <summary>All tenants whose rows may be read, where several grants add up.</summary>
    public List<short> Listed { get; private set; } = [];

    /// <summary>
    /// Learners whose completions are being recounted: a correction must see what other vendors sent of the same people, and of nobody else.
    /// </summary>
    public List<Guid> Recounted { get; private set; } = [];

    /// <summary>On whose behalf the unit of work runs; what it changes is put down to them.</summary>
    public Actor? Actor { get; set; }

    /// <summary>The whole audit log may be read.</summary>
    public bool WholeAudit { get; private set; }

    /// <summary>The localities whose audit log may be read.</summary>
    public List<short> Audited { get; private set; } = [];

    /// <summary>Tells one reach from another.</summary>
    public string Name => string.Create(CultureInfo.InvariantCulture, $"{Tenant}/{string.Join(',', Superiors)}/{string.Join(',', Provinces)}/{string.Join(',', Localities)}/{Nation}/{Vendor}/{WholeAudit}/{string.Join(',', Audited)}");

    // For the filters, which may only compare: comparing with null is left out of a statement, so each kind of scope gets a condition
    // that the database finds by index, and never an «or» that it has to try on each row.

    /// <summary>The level whose localities' rows may all be read: communes, for the nation.</summary>
    internal LocalityLevel? AllCommunes => Nation ? LocalityLevel.Commune : null;

    /// <summary>The other level.</summary>
    internal LocalityLevel? AllProvinces => Nation ? LocalityLevel.Province : null;

    /// <summary>The same for figures, which a vendor's batch changes wherever its learners are counted.</summary>
    internal LocalityLevel? CountedCommunes => Nation || Vendor is not null ? LocalityLevel.Commune : null;

    /// <summary>The other level.</summary>
    internal LocalityLevel? CountedProvinces => Nation || Vendor is not null ? LocalityLevel.Province : null;

    /// <summary>The level of which some localities' rows may be read, those that are listed.</summary>
    internal LocalityLevel? ListedCommunes => Listed.Count > 0 ? LocalityLevel.Commune : null;

    /// <summary>The other level.</summary>
    internal LocalityLevel? ListedProvinces => Listed.Count > 0 ? LocalityLevel.Province : null;

    /// <summary>Read and write one locality's rows.</summary>
    public void EnterTenant(LocalityEntry locality)
    {
        Enter();
        Tenant = locality.Id;
        Superiors = locality.Level == LocalityLevel.Commune ? [locality.ProvinceId] : [];
        Readable = locality.Id;
    }

    /// <summary>Read the rows of a province and of its communes, or of only one of them.</summary>
    public void EnterProvince(LocalityEntry province, LocalityEntry? only = null)
    {
        Enter();
        Provinces = [province.Id];
        if (only is null)
            Whole = province.Id;
        else
            Readable = only.Id;
    }

    /// <summary>Read the rows of whole provinces and of single localities; all of them are listed.</summary>
    public void EnterSeveral(IReadOnlyCollection<LocalityEntry> provinces, IReadOnlyCollection<LocalityEntry> single, IEnumerable<LocalityEntry> listed)
    {
        Enter();
        Provinces = [.. provinces.Select(p => p.Id)];
        Localities = [.. single.Select(l => l.Id)];
        Superiors = [.. single.Where(l => l.Level == LocalityLevel.Commune).Select(l => l.ProvinceId).Distinct()];
        Listed = [.. listed.Select(l => l.Id)];
    }

    /// <summary>Touch an account's own rows, and those of the accounts that its grants let it look after; no tenant's.</summary>
    public void EnterAccount(int account)
    {
        Enter();
        Account = account;
    }

    /// <summary>Read an archive into a locality, as an operator: write its rows, completions too, and count its learners wherever they are counted.</summary>
    public void EnterRestoration(int account, LocalityEntry locality)
    {
        EnterTenant(locality);
        (Account, Vendor, Restores) = (account, 0, true);
    }

    /// <summary>Delete a closed tenant, as an operator: remove its rows, completions too, and count its learners wherever they are counted now.</summary>
    public void EnterRemoval(int account, LocalityEntry locality)
    {
        EnterTenant(locality);
        (Account, Vendor, Removes) = (account, 0, true);
    }

    /// <summary>
    /// Give communes that are being onboarded by an account their first agencies; read those of the province, or of every tenant for an operator.
    /// </summary>
    public void EnterFounding(int account, LocalityEntry province, bool nation, IEnumerable<short> communes)
    {
        Enter();
        (Account, Nation, founded) = (account, nation, communes.ToHashSet());
        if (!nation)
            (Provinces, Whole) = ([province.Id], province.Id);
    }

    /// <summary>Read every tenant's rows except people.</summary>
    public void EnterNation()
    {
        Enter();
        Nation = true;
    }

    /// <summary>Read the audit log of some localities, or all of it, and nothing else.</summary>
    public void EnterAudit(IEnumerable<short>? localities = null)
    {
        Enter();
        WholeAudit = localities is null;
        Audited = [.. localities ?? []];
    }

    /// <summary>Take in completions of one vendor for the localities it was granted.</summary>
    public void EnterIntake(short vendor)
    {
        Enter();
        Vendor = vendor;
    }

    /// <summary>Look after what the intake writes, in every locality: the intake of no vendor, so that no completion is its own and it stores none.</summary>
    public void EnterUpkeep() => EnterIntake(0);

    /// <summary>
    /// Reorganise communes on behalf of an operator: read every tenant's figures, plans and tasks, and look after what the intake writes. Which people's rows
    /// may move, the database decides by the reorganisation at hand.
    /// </summary>
    public void EnterReorganisation(int account)
    {
        EnterUpkeep();
        (Account, Nation) = (account, true);
    }

    /// <summary>Lets the intake read every completion of these learners, until the next call.</summary>
    public void Recount(IEnumerable<Guid> learners) =>
        Recounted = Vendor is null ? throw new InvalidOperationException("Only the intake recounts learners.") : [.. learners];

    /// <summary>True when a row may be added, changed or removed.</summary>
    public bool MayWrite(ITenantOwned row) =>
        row.TenantId == Tenant || (Vendor is not null && row is IWrittenByIntake) || (row is Agency && founded.Contains(row.TenantId));

    private void Enter()
    {
        if (entered)
            throw new InvalidOperationException("A tenant scope is entered once; use a new unit of work for another tenant.");
        entered = true;
    }
}

/// <summary>Who does something, and where from.</summary>
/// <param name="Key">The account's key.</param>
/// <param name="Address">The network address.</param>
/// <param name="Request">The request's trace id.</param>
public sealed record Actor(string Key, string? Address, string? Request);

/// <summary>Rows that a vendor's batch may change in every locality: completions, learners and the figures made of them.</summary>
public interface IWrittenByIntake : ITenantOwned;
