using System.ComponentModel;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Platform.Access;
using Platform.Audit;
using Platform.Database;
using Platform.Http;
using Platform.Learning.Formats;
using Platform.Localities;

namespace Platform.Learning;

/// <summary>Finds what a vendor sent of one learner. The learner is named in the body: addresses are logged by whoever stands between.</summary>
public static class LearnerSearch
{
    internal static void MapLearnerSearch(this IEndpointRouteBuilder vendor) =>
        vendor.MapPost("completions/search", SearchCompletions).WithName(nameof(SearchCompletions)).ReadsPeople().Fails(400, 413, 415, 422);

    /// <summary>The vendor's completions of one learner, in order of its ids: to check, correct or void what a class list brought.</summary>
    /// <remarks>A learner who is not known has none.</remarks>
    private static async Task<Ok<Page<CompletionView>>> SearchCompletions(
        HttpContext http, SearchedLearner body, PlatformDb db, Pseudonyms pseudonyms, LocalityDirectory directory, CancellationToken cancellation,
        [Description("Ids behind this one: from the previous page's next.")] string? after = null,
        [Description("1–1,000.")] int limit = 50)
    {
        var faults = new Faults();
        if (limit is < 1 or > 1000)
            faults.Add("limit", Problems.OutOfRange, new Explanation("Từ 1 đến 1.000.", "From 1 to 1,000."));
        if (after is not null && !Faults.IsText(after))
            faults.Add("after", Problems.NotText);
        if (faults.Found.Count > 0)
            throw new ProblemException(Problems.BadParameter, null, faults.Found);
        var asked = body.Names(pseudonyms, http.Features.Get<Caller>()!).SelectMany(n => (Guid[])[n.Newest, .. n.Earlier]).ToArray();

        var known = db.LearnerIdentities.Where(i => asked.Contains(i.Id)).Select(i => i.LearnerId);
        var rows = db.Completions.Where(c => c.VendorId == db.Scope.Vendor && known.Contains(c.LearnerId) && (after == null || c.ExternalId.CompareTo(after) > 0));
        var found = await OwnCompletions.View(db, rows, limit + 1, directory, cancellation);
        return TypedResults.Ok(new Page<CompletionView>([.. found.Take(limit)], found.Count <= limit ? null : $"/v1/completions/search{QueryString.Create("after", found[limit - 1].Id).Add("limit", $"{limit}")}"));
    }
}

/// <summary>Whose completions are sought, by exactly one of these.</summary>
/// <param name="Id">The vendor's own learner id.</param>
/// <param name="CitizenId">Twelve digits.</param>
/// <param name="Contact">An e-mail address or a phone number, as a class list names learners, however it is written.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record SearchedLearner(string? Id, string? CitizenId, string? Contact)
{
    internal IEnumerable<Pseudonym> Names(Pseudonyms pseudonyms, Caller vendor)
    {
        var faults = new Faults();
        if (new[] { Id, CitizenId, Contact }.Count(n => !string.IsNullOrWhiteSpace(n)) != 1)
            faults.Add("", Problems.NoLearner, new Explanation("Đúng một trong id, citizenId, contact.", "Exactly one of id, citizenId, contact."));
        foreach (var (pointer, name) in new[] { ("/id", Id), ("/contact", Contact) })
            if (name is not null && (name.Length > 200 || !Faults.IsText(name)))
                faults.Add(pointer, name.Length > 200 ? Problems.TooLong : Problems.NotText);
        if (!string.IsNullOrWhiteSpace(CitizenId) && (CitizenId.Length != 12 || !CitizenId.All(char.IsAsciiDigit)))
            faults.Add("/citizenId", Problems.BadCitizenId);
        faults.ThrowIfAny();
        if (!string.IsNullOrWhiteSpace(CitizenId))
            return [pseudonyms.OfCitizen(CitizenId)];
        try
        {
            return [pseudonyms.OfVendorLearner(Pseudonyms.PrefixOf(vendor.Key), string.IsNullOrWhiteSpace(Id) ? TableValues.Contact(Contact!) : Id)];
        }
        catch (CellException wrong)
        {
            faults.Add("/contact", wrong.Kind, wrong.Detail);
            faults.ThrowIfAny();
            throw;
        }
    }
}
