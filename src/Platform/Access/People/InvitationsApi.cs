using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Platform.Database;
using Platform.Http;
using Platform.Localities;

namespace Platform.Access.People;

/// <summary>Routes of invitations: who looks after a place invites people to it, by a link that works once.</summary>
public static class InvitationsApi
{
    public static void MapInvitations(this IEndpointRouteBuilder routes)
    {
        var invitations = routes.MapGroup("/v1/invitations").WithTags("People").Require(Scopes.People, Reach.Administration).Fails(401, 403);
        invitations.MapGet("", ListInvitations).WithName(nameof(ListInvitations));
        invitations.MapPost("", CreateInvitation).WithName(nameof(CreateInvitation)).Fails(400, 413, 415, 422);
        invitations.MapDelete("{id:guid}", WithdrawInvitation).WithName(nameof(WithdrawInvitation)).Fails(404);
        routes.MapPost("/v1/invitations/acceptance", AcceptInvitation).WithName(nameof(AcceptInvitation)).WithTags("People").AllowAnonymous().Fails(400, 404, 409, 413, 415, 422, 429);
        routes.MapPost("/v1/me/invitations", JoinByInvitation).WithName(nameof(JoinByInvitation)).WithTags("People").Require(null, Reach.Account).OfSession().Fails(400, 401, 403, 404, 413, 415, 422);
    }

    /// <summary>The caller's own invitations that can still be accepted, the newest first.</summary>
    private static async Task<Ok<Page<InvitationView>>> ListInvitations(
        HttpContext http, PlatformDb db, Contacts contacts, LocalityDirectory directory, TimeProvider clock, CancellationToken cancellation)
    {
        var (own, now) = (http.Features.Get<Caller>()!.Id, clock.GetUtcNow());
        var open = await db.Invitations.AsNoTracking().Where(i => i.InvitedBy == own && i.AcceptedAt == null && i.WithdrawnAt == null && i.ExpiresAt > now)
            .OrderByDescending(i => i.InvitedAt).Take(500).ToListAsync(cancellation);
        var views = new List<InvitationView>(open.Count);
        foreach (var invitation in open)
            views.Add(await InvitationView.Of(invitation, contacts, directory, cancellation));
        return TypedResults.Ok(new Page<InvitationView>(views, null));
    }

    /// <summary>Invites a person to a role at a locality, which the caller may give, and shows the link, this once.</summary>
    /// <remarks>The platform sends no mail: hand the link over yourself. Who holds it chooses a name and a password and has the role, once, until it ends.</remarks>
    private static async Task<Created<NewInvitationView>> CreateInvitation(
        CreateInvitation body, HttpContext http, PlatformDb db, Contacts contacts, Links links, LocalityDirectory directory, TimeProvider clock, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        var (invitation, contact) = await body.Validate(http.Features.Get<Caller>()!, db, directory, now, cancellation);
        var text = SecretText.New(now);
        (invitation.Id, invitation.Hash, invitation.Contact) = (text.Id, ClientSecret.HashOf(text.Secret), contact is null ? null : await contacts.Seal(invitation.LocalityId, contact, cancellation));
        db.Invitations.Add(invitation);
        await db.SaveChangesAsync(cancellation);
        http.Response.Headers.CacheControl = "no-store";
        return TypedResults.Created(
            $"/v1/invitations/{invitation.Id}",
            new NewInvitationView(invitation.Id, text.ToString(), links.To(http, "invitation", text), await InvitationView.Of(invitation, contacts, directory, cancellation)));
    }

    /// <summary>Withdraws one of the caller's invitations; its link opens nothing any more.</summary>
    private static async Task<NoContent> WithdrawInvitation(Guid id, HttpContext http, PlatformDb db, TimeProvider clock, CancellationToken cancellation)
    {
        var (own, now) = (http.Features.Get<Caller>()!.Id, clock.GetUtcNow());
        return await db.Invitations.Where(i => i.Id == id && i.InvitedBy == own && i.AcceptedAt == null && i.WithdrawnAt == null)
            .ExecuteUpdateAsync(set => set.SetProperty(i => i.WithdrawnAt, now), cancellation) == 1
            ? TypedResults.NoContent()
            : throw new ProblemException(Problems.UnknownInvitation);
    }

    /// <summary>Accepts an invitation: makes the person's account with the name, password and contact given.</summary>
    /// <remarks>Needs no sign-in; the token is what stands behind # in the link. Who has an account already signs in and accepts at /v1/me/invitations.</remarks>
    private static async Task<Created<AcceptedView>> AcceptInvitation(
        AcceptInvitation body, HttpContext http, Reception reception, CancellationToken cancellation)
    {
        var key = await reception.Admit(body, http, cancellation);
        return TypedResults.Created("/v1/me", new AcceptedView(key));
    }

    /// <summary>Accepts an invitation with the account that is signed in: it gets the invitation's role too.</summary>
    private static async Task<NoContent> JoinByInvitation(LinkToken body, HttpContext http, Reception reception, CancellationToken cancellation)
    {
        await reception.Join(body.Validate(), http.Features.Get<Caller>()!, cancellation);
        return TypedResults.NoContent();
    }
}

/// <summary>An invitation to be made.</summary>
/// <param name="Contact">E-mail address or telephone number by which the person will sign in; may be left out, and then is chosen when accepting.</param>
/// <param name="Role">The role to be given; every role but Vendor, which is for machines.</param>
/// <param name="Locality">Code of the province or commune; left out for the nation.</param>
/// <param name="Agency">Key of the agency of that locality, for an AgencyOfficer.</param>
/// <param name="ExpiresAt">Until when it can be accepted; left out, for 7 days. At most 30.</param>
/// <param name="ValidTo">When the role ends; left out, when it is withdrawn.</param>
public sealed record CreateInvitation(string? Contact, Role? Role, string? Locality, string? Agency, DateTimeOffset? ExpiresAt, DateTimeOffset? ValidTo)
{
    internal async Task<(Invitation Invitation, string? Contact)> Validate(Caller caller, PlatformDb db, LocalityDirectory directory, DateTimeOffset now, CancellationToken cancellation)
    {
        var faults = new Faults();
        var role = faults.Value("/role", Role);
        var contact = Contacts.Read(faults, "/contact", Contact);
        var place = Locality is null ? null : await directory.Find(Locality, cancellation);
        if (Locality is not null && place is null)
            faults.Add("/locality", Problems.UnknownLocality);
        else if (Role is not null && !caller.Standings.Any(s => s.Gives(role, place)))
            faults.Add(caller.Standings.Any(s => s.Administers(place)) || place is not null && caller.Manages(place) ? "/role" : "/locality", Problems.BeyondReach);
        else if (Role is not null && (!Grant.Fits(role, place?.Level) || role == Access.Role.Vendor))
            faults.Add(role == Access.Role.Vendor ? "/role" : "/locality", Problems.RoleDoesNotFit, new Explanation($"{role}.", $"{role}."));
        var ends = ExpiresAt?.ToUniversalTime() ?? now.AddDays(7);
        if (ends <= now || ends > now.AddDays(30))
            faults.Add("/expiresAt", Problems.WrongMoment, new Explanation("Trong vòng 30 ngày tới.", "Within the next 30 days."));
        if (ValidTo is { } to && to <= ends)
            faults.Add("/validTo", Problems.WrongMoment, new Explanation("Phải sau khi lời mời hết hạn.", "It must lie after the invitation's end."));
        var agency = await GrantedAgency.Find(faults, role, Agency, place, db, cancellation);
        faults.ThrowIfAny();
        return (new Invitation
        {
            Hash = "",
            Role = role,
            LocalityId = place?.Id,
            AgencyId = agency,
            ValidTo = ValidTo?.ToUniversalTime(),
            InvitedBy = caller.Id,
            InvitedAt = now,
            ExpiresAt = ends,
        }, contact);
    }
}

/// <summary>The token of a link.</summary>
/// <param name="Token">What stands behind # in the link.</param>
public sealed record LinkToken(string? Token)
{
    internal SecretText Validate()
    {
        var faults = new Faults();
        var text = faults.Text("/token", Token, 200);
        faults.ThrowIfAny();
        return SecretText.Parse(text) ?? throw new ProblemException(Problems.LinkVoid);
    }
}

/// <summary>An invitation to be accepted.</summary>
/// <param name="Token">What stands behind # in the link.</param>
/// <param name="Name">The person's name, as others see it.</param>
/// <param name="Password">At least 12 characters, of any kind, neither common nor known from a breach.</param>
/// <param name="Contact">E-mail address or telephone number to sign in by, where the invitation names none.</param>
public sealed record AcceptInvitation(string? Token, string? Name, string? Password, string? Contact);

/// <summary>The account that was made.</summary>
/// <param name="Key">Its key: signs in too, and is what grants and records name.</param>
public sealed record AcceptedView(string Key);

/// <summary>An invitation with its link, shown this once.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Token">What the link carries behind #.</param>
/// <param name="Link">The address to hand over.</param>
/// <param name="Invitation">The invitation.</param>
public sealed record NewInvitationView(Guid Id, string Token, Uri Link, InvitationView Invitation);

/// <summary>An invitation.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Contact">Whom it is for; null as well when the locality's key was removed.</param>
/// <param name="Role">The role it gives.</param>
/// <param name="Locality">Where; null for the nation.</param>
/// <param name="AgencyId">The agency of an AgencyOfficer.</param>
/// <param name="InvitedAt">Since when.</param>
/// <param name="ExpiresAt">Until when it can be accepted.</param>
/// <param name="ValidTo">When the role will end.</param>
public sealed record InvitationView(Guid Id, string? Contact, Role Role, string? Locality, Guid? AgencyId, DateTimeOffset InvitedAt, DateTimeOffset ExpiresAt, DateTimeOffset? ValidTo)
{
    internal static async Task<InvitationView> Of(Invitation invitation, Contacts contacts, LocalityDirectory directory, CancellationToken cancellation) => new(
        invitation.Id, await contacts.Reveal(invitation.LocalityId, invitation.Contact, cancellation), invitation.Role,
        invitation.LocalityId is { } id ? (await directory.Get(id, cancellation)).Code : null, invitation.AgencyId, invitation.InvitedAt, invitation.ExpiresAt, invitation.ValidTo);
}
