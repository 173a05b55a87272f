using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Platform.Access;
using Platform.Access.People;
using Platform.Database;
using Platform.Localities;
using Platform.Tenancy;

namespace Platform.Tenants;

/// <summary>
/// Makes tenants of communes: the row, the standard agencies it has not, and the way in for its first admin. A province's communes are made in
/// one transaction and told once it is committed; one that is a tenant already is said to be, and left as it is.
/// </summary>
public sealed class Onboarding(PlatformDb db, LocalityDirectory directory, Links links, TimeProvider clock)
{
    private static readonly TimeSpan InvitedFor = TimeSpan.FromDays(30);

    /// <summary>Onboards communes, province by province, and tells of each in order.</summary>
    internal async IAsyncEnumerable<OnboardedView> Run(
        IReadOnlyList<LocalityEntry> communes, FirstAdmin admin, HttpContext http, [EnumeratorCancellation] CancellationToken cancellation)
    {
        foreach (var province in communes.GroupBy(c => c.ProvinceId))
            foreach (var view in await Found([.. province], await directory.Get(province.Key, cancellation), admin, http, cancellation))
                yield return view;
    }

    private async Task<List<OnboardedView>> Found(List<LocalityEntry> communes, LocalityEntry province, FirstAdmin admin, HttpContext http, CancellationToken cancellation)
    {
        var caller = http.Features.Get<Caller>()!;
        var ids = communes.ConvertAll(c => c.Id);
        var scope = new TenantScope { Actor = db.Scope.Actor };
        scope.EnterFounding(caller.Id, province, caller.ReadsNation, ids);
        await using var within = db.Beside(scope);
        await using var transaction = await within.BeginAlone("tenants", cancellation);
        var known = await within.Tenants.Where(t => ids.Contains(t.LocalityId)).Select(t => t.LocalityId).ToHashSetAsync(cancellation);
        var found = communes.FindAll(c => !known.Contains(c.Id));
        within.Tenants.AddRange(found.Select(c => new Tenant { LocalityId = c.Id, OnboardedBy = caller.Key }));
        await within.SaveChangesAsync(cancellation);

        var agencies = (await within.Agencies.AsNoTracking().Where(a => ids.Contains(a.TenantId)).Select(a => new { a.TenantId, a.Key, a.Name }).ToListAsync(cancellation))
            .ToLookup(a => a.TenantId);
        var taken = admin != FirstAdmin.Client ? []
            : await within.Accounts.Where(a => a.ProvinceId == province.Id && a.Key.StartsWith(ClientPrefix)).Select(a => a.Key).ToHashSetAsync(cancellation);
        var views = new Dictionary<short, OnboardedView>();
        foreach (var commune in found)
        {
            var missing = StandardAgencies.Of(commune)
                .Where(a => !agencies[commune.Id].Any(b => b.Key == a.Key || VietnameseText.SameName(b.Name, a.Name))).ToList();
            within.Agencies.AddRange(missing);
            views[commune.Id] = OnboardedView.Of(commune, OnboardingOutcome.Onboarded, missing.Count) with
            {
                Invitation = admin == FirstAdmin.Invitation ? Invite(within, commune, caller, http) : null,
                Client = admin == FirstAdmin.Client ? Register(within, commune, caller, taken) : null,
            };
        }

        await within.SaveChangesAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        return communes.ConvertAll(c => views.GetValueOrDefault(c.Id) ?? OnboardedView.Of(c, OnboardingOutcome.AlreadyOnboarded, 0));
    }

    private OnboardedInvitation Invite(PlatformDb within, LocalityEntry commune, Caller caller, HttpContext http)
    {
        var now = clock.GetUtcNow();
        var text = SecretText.New(now);
        within.Invitations.Add(new Invitation
        {
            Id = text.Id,
            Hash = ClientSecret.HashOf(text.Secret),
            Role = Role.CommuneAdmin,
            LocalityId = commune.Id,
            InvitedBy = caller.Id,
            InvitedAt = now,
            ExpiresAt = now + InvitedFor,
        });
        return new OnboardedInvitation(text.Id, text.ToString(), links.To(http, "invitation", text), now + InvitedFor);
    }

    private const string ClientPrefix = "commune-";

    private OnboardedClient Register(PlatformDb within, LocalityEntry commune, Caller caller, HashSet<string> taken)
    {
        var (now, secret) = (clock.GetUtcNow(), ClientSecret.New());
        var key = $"{ClientPrefix}{commune.Code}";
        if (taken.Contains(key))
            key = $"{key}-{RandomNumberGenerator.GetHexString(8, lowercase: true)}";
        within.Accounts.Add(new Account
        {
            Kind = AccountKind.Client,
            Key = key,
            Name = $"Quản trị {commune.Kind.ToLowerInvariant()} {commune.Name}",
            ProvinceId = commune.ProvinceId,
            CreatedAt = now,
            CreatedBy = caller.Key,
            Secrets = { new ClientSecret { Hash = ClientSecret.HashOf(secret), CreatedAt = now } },
            Grants = { new Grant { Role = Role.CommuneAdmin, TenantId = commune.Id, ValidFrom = now, GrantedBy = caller.Key } },
        });
        return new OnboardedClient(key, secret);
    }
}
