using Platform.Access;
using Platform.Http;
using Platform.Localities;
using Platform.Tenancy;

namespace Platform.Tenants;

/// <summary>The way in for a commune's first admin.</summary>
public enum FirstAdmin
{
    /// <summary>A link for a person, good for 30 days.</summary>
    Invitation,

    /// <summary>A client with a secret.</summary>
    Client,

    /// <summary>None: somebody is invited later.</summary>
    None,
}

/// <summary>What became of a commune that was to be onboarded.</summary>
public enum OnboardingOutcome
{
    /// <summary>It is a tenant now.</summary>
    Onboarded,

    /// <summary>It was one before; nothing was changed, and no secret is shown.</summary>
    AlreadyOnboarded,
}

/// <summary>Communes to be onboarded: exactly one of the first three.</summary>
/// <param name="Communes">Codes of communes.</param>
/// <param name="Province">Two-digit code: all communes of the province.</param>
/// <param name="Nation">True for every commune of the country; for operators.</param>
/// <param name="Admin">How the first admin gets in: Invitation (when left out), Client or None.</param>
public sealed record OnboardTenants(IReadOnlyList<string?>? Communes, string? Province, bool? Nation, FirstAdmin? Admin)
{
    internal async Task<List<LocalityEntry>> Validate(Caller caller, LocalityDirectory directory, CancellationToken cancellation)
    {
        var faults = new Faults();
        if ((Communes is null ? 0 : 1) + (Province is null ? 0 : 1) + (Nation == true ? 1 : 0) != 1)
            throw new ProblemException(Problems.Invalid, null, [new FieldFault("", Problems.OneReach)]);
        var (chosen, all) = (new List<LocalityEntry>(), await directory.ByCode(cancellation));
        if (Nation == true)
        {
            if (!caller.ReadsNation)
                faults.Add("/nation", Problems.BeyondReach);
            chosen.AddRange((await directory.All(cancellation)).Where(l => l.Level == LocalityLevel.Commune && !l.HasEnded));
        }
        else if (Province is not null)
        {
            if (!all.TryGetValue(Province, out var province) || province.Level != LocalityLevel.Province)
                faults.Add("/province", Problems.UnknownLocality);
            else if (!caller.Standings.Any(s => s.Administers(province)))
                faults.Add("/province", Problems.BeyondReach);
            else
                chosen.AddRange((await directory.CommunesOf(province.Id, cancellation)).Where(c => !c.HasEnded));
        }
        else
        {
            var seen = new HashSet<string>(StringComparer.Ordinal);
            foreach (var (code, at, _) in faults.Each("/communes", Communes))
            {
                if (!all.TryGetValue(code, out var commune))
                    faults.Add(at, Problems.UnknownLocality);
                else if (commune.Level != LocalityLevel.Commune)
                    faults.Add(at, Problems.OnboardsCommunes);
                else if (!caller.Standings.Any(s => s.Administers(commune)))
                    faults.Add(at, Problems.BeyondReach);
                else if (commune.HasEnded)
                    faults.Add(at, Problems.LocalityEnded, commune.Today);
                else if (seen.Add(code))
                    chosen.Add(commune);
                else
                    faults.Add(at, Problems.Repeated);
            }
        }

        faults.ThrowIfAny();
        return chosen;
    }
}

/// <summary>What became of one commune. Links and secrets are shown this once.</summary>
/// <param name="Code">Its code.</param>
/// <param name="Name">Its kind and name.</param>
/// <param name="Outcome">Onboarded, or AlreadyOnboarded.</param>
/// <param name="Agencies">How many of the standard agencies it was given: those that it did not have.</param>
/// <param name="Invitation">The first admin's invitation, where one was asked for.</param>
/// <param name="Client">The first admin's client, where one was asked for.</param>
public sealed record OnboardedView(string Code, string Name, OnboardingOutcome Outcome, int Agencies, OnboardedInvitation? Invitation, OnboardedClient? Client)
{
    internal static OnboardedView Of(LocalityEntry commune, OnboardingOutcome outcome, int agencies) =>
        new(commune.Code, $"{commune.Kind} {commune.Name}", outcome, agencies, null, null);
}

/// <summary>A commune's first invitation.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Token">What the link carries behind #.</param>
/// <param name="Link">The address to hand over.</param>
/// <param name="ExpiresAt">Until when it can be accepted.</param>
public sealed record OnboardedInvitation(Guid Id, string Token, Uri Link, DateTimeOffset ExpiresAt);

/// <summary>A commune's first client.</summary>
/// <param name="ClientId">Its client_id.</param>
/// <param name="ClientSecret">Its secret.</param>
public sealed record OnboardedClient(string ClientId, string ClientSecret);

/// <summary>What became of all communes, in order.</summary>
/// <param name="Onboarded">How many are tenants now that were none.</param>
/// <param name="AlreadyOnboarded">How many were before.</param>
/// <param name="Items">One row for each.</param>
public sealed record OnboardingAnswer(int Onboarded, int AlreadyOnboarded, IReadOnlyList<OnboardedView> Items);

/// <summary>A state to be set.</summary>
/// <param name="State">Active, ReadOnly or Closed.</param>
/// <param name="Reason">Why; at most 500 characters.</param>
public sealed record SetTenantState(TenantState? State, string? Reason);

/// <summary>A tenant.</summary>
/// <param name="Code">Code of the locality.</param>
/// <param name="Name">Its kind and name.</param>
/// <param name="State">Active: works. ReadOnly: its people change nothing. Closed: its people are locked out and completions for it are rejected.</param>
/// <param name="OnboardedAt">Since when it is a tenant.</param>
/// <param name="OnboardedBy">The key of the account that onboarded it.</param>
/// <param name="StateChangedAt">When its state was changed last; null while it never was.</param>
/// <param name="StateChangedBy">By whom.</param>
/// <param name="StateReason">Why.</param>
/// <param name="ValidTo">The last day of a commune that a reorganisation has ended: whatever its state, it is only read.</param>
public sealed record TenantView(
    string Code, string Name, TenantState State, DateTimeOffset OnboardedAt, string OnboardedBy, DateTimeOffset? StateChangedAt, string? StateChangedBy, string? StateReason,
    DateOnly? ValidTo)
{
    internal static TenantView Of(Tenant tenant) => new(
        tenant.Locality!.Code, $"{tenant.Locality.Kind} {tenant.Locality.Name}", tenant.State, tenant.OnboardedAt, tenant.OnboardedBy,
        tenant.StateChangedAt, tenant.StateChangedBy, tenant.StateReason, tenant.Locality.ValidTo);
}
