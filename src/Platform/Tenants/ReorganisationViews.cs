using System.Text.Json.Serialization;
using Platform.Http;
using Platform.Localities;
using Platform.Rollup;

namespace Platform.Tenants;

/// <summary>Communes to be merged or split.</summary>
/// <param name="Kind">Merge or Split.</param>
/// <param name="From">Codes of the communes there are: two or more to be merged, or the one to be split; of one province.</param>
/// <param name="Into">The communes there will be: the one new one of a merge, or the two or more of a split.</param>
/// <param name="EffectiveOn">Their first day, not after today; the old communes' last day is the one before.</param>
/// <param name="LegalBasis">The resolution that it rests on, at most 300 characters.</param>
/// <param name="Reason">Why it is done now, at most 500 characters.</param>
/// <param name="Learners">For a split: the learners who go somewhere else than <paramref name="Others"/>, at most 50,000.</param>
/// <param name="Others">For a split: the code of the commune of everybody who is not listed.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record CreateReorganisation(
    ReorganisationKind? Kind, IReadOnlyList<string?>? From, IReadOnlyList<CommuneContent?>? Into, DateOnly? EffectiveOn, string? LegalBasis, string? Reason,
    IReadOnlyList<LearnerPlace?>? Learners = null, string? Others = null)
{
    private const int MostCommunes = 50, MostLearners = 50_000;

    internal ReorganisationOrder Validate(IReadOnlyDictionary<string, LocalityEntry> known, DateOnly today)
    {
        var faults = new Faults();
        var kind = faults.Value("/kind", Kind);
        var from = Old(faults, known);
        var into = New(faults, known, kind, from);
        var effectiveOn = faults.Value("/effectiveOn", EffectiveOn);
        if (EffectiveOn is not null && (effectiveOn > today || from.Exists(c => effectiveOn <= c.ValidFrom)))
            faults.Add("/effectiveOn", Problems.NotInForceYet);
        var (basis, reason) = (faults.Text("/legalBasis", LegalBasis, 300), faults.Text("/reason", Reason, 500));
        var places = Places(faults, kind, into);
        faults.ThrowIfAny();
        return new ReorganisationOrder(kind, from, into, effectiveOn, basis, reason, places, kind == ReorganisationKind.Merge ? into[0].Code : Others!);
    }

    private List<LocalityEntry> Old(Faults faults, IReadOnlyDictionary<string, LocalityEntry> known)
    {
        var found = new List<LocalityEntry>();
        foreach (var (code, at, _) in faults.Each("/from", From))
        {
            if (!known.TryGetValue(code, out var commune))
                faults.Add(at, Problems.UnknownLocality);
            else if (commune.Level != LocalityLevel.Commune)
                faults.Add(at, Problems.ReorganisesCommunes);
            else if (commune.HasEnded)
                faults.Add(at, Problems.LocalityEnded, commune.Today);
            else if (found.Contains(commune))
                faults.Add(at, Problems.Repeated);
            else if (found.Count > 0 && found[0].ProvinceId != commune.ProvinceId)
                faults.Add(at, Problems.OfOneProvince);
            else
                found.Add(commune);
        }

        if (From is null)
            faults.Add("/from", Problems.Required);
        else if (Kind is { } kind && (kind == ReorganisationKind.Merge ? From.Count is < 2 or > MostCommunes : From.Count != 1))
            faults.Add("/from", kind == ReorganisationKind.Merge ? Problems.MergeShape : Problems.SplitShape);
        return found;
    }

    private List<NewCommune> New(Faults faults, IReadOnlyDictionary<string, LocalityEntry> known, ReorganisationKind kind, List<LocalityEntry> from)
    {
        var found = new List<NewCommune>();
        foreach (var (content, at, _) in faults.Each("/into", Into))
        {
            var code = faults.Text($"{at}/code", content.Code, 5);
            var goesOn = kind == ReorganisationKind.Split && from.Exists(c => c.Code == code);
            if (goesOn)
            {
                if (content.Kind is not null || content.Name is not null)
                    faults.Add($"{at}/name", Problems.CodeInUse);
                found.Add(new NewCommune(code, null, null));
                continue;
            }

            if (code.Length > 0 && (code.Length != 5 || !code.All(char.IsAsciiDigit)))
                faults.Add($"{at}/code", Problems.BadCode);
            else if (known.ContainsKey(code))
                faults.Add($"{at}/code", Problems.CodeInUse);
            else if (found.Exists(c => c.Code == code))
                faults.Add($"{at}/code", Problems.Repeated);
            var (type, name) = (faults.Text($"{at}/kind", content.Kind, 20), faults.Text($"{at}/name", content.Name, 100));
            if (type.Length > 0 && type is not ("Xã" or "Phường" or "Đặc khu"))
                faults.Add($"{at}/kind", Problems.UnknownWord, new Explanation("Xã, Phường hoặc Đặc khu.", "Xã, Phường or Đặc khu."));
            found.Add(new NewCommune(code, type, name));
        }

        if (Into is null)
            faults.Add("/into", Problems.Required);
        else if (Kind is not null && (kind == ReorganisationKind.Merge ? Into.Count != 1 : Into.Count is < 2 or > MostCommunes || found.TrueForAll(c => c.GoesOn)))
            faults.Add("/into", kind == ReorganisationKind.Merge ? Problems.MergeShape : Problems.SplitShape);
        return found;
    }

    private List<ListedLearner> Places(Faults faults, ReorganisationKind kind, List<NewCommune> into)
    {
        var found = new List<ListedLearner>();
        if (kind == ReorganisationKind.Merge)
        {
            if (Learners is not null)
                faults.Add("/learners", Problems.MergeShape);
            if (Others is not null)
                faults.Add("/others", Problems.MergeShape);
            return found;
        }

        var others = faults.Text("/others", Others, 5);
        if (others.Length > 0 && !into.Exists(c => c.Code == others))
            faults.Add("/others", Problems.NotOfThisReorganisation);
        if (Learners?.Count > MostLearners)
            faults.Add("/learners", Problems.TooLong);
        foreach (var (learner, at, _) in faults.Each("/learners", Learners).Take(MostLearners))
        {
            var (citizen, id) = (!string.IsNullOrWhiteSpace(learner.CitizenNumber), !string.IsNullOrWhiteSpace(learner.LearnerId) && !string.IsNullOrWhiteSpace(learner.Vendor));
            if (citizen == id || (citizen && !(learner.CitizenNumber!.Length == 12 && learner.CitizenNumber.All(char.IsAsciiDigit))))
                faults.Add(at, Problems.PersonNotNamed);
            else if (!into.Exists(c => c.Code == learner.Into))
                faults.Add($"{at}/into", Problems.NotOfThisReorganisation);
            else
                found.Add(new ListedLearner(at, learner));
        }

        return found;
    }
}

/// <summary>A commune that there will be.</summary>
/// <param name="Code">Five digits, never used before; or, in a split, the code of the old commune where it goes on.</param>
/// <param name="Kind">Xã, Phường or Đặc khu; left out for the old commune.</param>
/// <param name="Name">Its name, at most 100 characters; left out for the old commune.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record CommuneContent(string? Code, string? Kind, string? Name);

/// <summary>A learner of a commune that is split, by citizen number or by a vendor's own id, and where they go.</summary>
/// <param name="CitizenNumber">Twelve digits; never stored.</param>
/// <param name="Vendor">The client_id of the vendor.</param>
/// <param name="LearnerId">The vendor's own id of the learner.</param>
/// <param name="Into">Code of the commune.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record LearnerPlace(string? CitizenNumber, string? Vendor, string? LearnerId, string? Into);

/// <summary>Why a reorganisation is taken back.</summary>
/// <param name="Reason">At most 500 characters.</param>
/// <param name="Newcomers">Code of the old commune that takes the learners who came since under a new commune's code; needed when there are any and several old communes.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record ReverseReorganisation(string? Reason, string? Newcomers = null);

/// <summary>A valid order; pure.</summary>
internal sealed record ReorganisationOrder(
    ReorganisationKind Kind, List<LocalityEntry> From, List<NewCommune> Into, DateOnly EffectiveOn, string LegalBasis, string Reason, List<ListedLearner> Learners, string Others);

/// <summary>A commune that there will be; one that goes on has neither kind nor name.</summary>
internal sealed record NewCommune(string Code, string? Kind, string? Name)
{
    internal bool GoesOn => Name is null;
}

/// <summary>A learner with the pointer to where it was listed.</summary>
internal sealed record ListedLearner(string At, LearnerPlace Learner);

/// <summary>A reorganisation.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Kind">Merge or Split.</param>
/// <param name="Province">Code of the province.</param>
/// <param name="EffectiveOn">The first day of the new communes.</param>
/// <param name="LegalBasis">What it rests on.</param>
/// <param name="Reason">Why it was done.</param>
/// <param name="MadeAt">When (UTC).</param>
/// <param name="MadeBy">By whom.</param>
/// <param name="ReversedAt">When it was taken back; null while it stands.</param>
/// <param name="ReversedBy">By whom.</param>
/// <param name="ReversalReason">Why.</param>
/// <param name="Communes">Its communes with their figures right before and right after.</param>
/// <param name="Before">The sum before.</param>
/// <param name="After">The sum after.</param>
public sealed record ReorganisationView(
    Guid Id, ReorganisationKind Kind, string Province, DateOnly EffectiveOn, string LegalBasis, string Reason, DateTimeOffset MadeAt, string MadeBy,
    DateTimeOffset? ReversedAt, string? ReversedBy, string? ReversalReason, IReadOnlyList<ReorganisedCommune> Communes, PartFigures Before, PartFigures After)
{
    internal static ReorganisationView Of(Reorganisation made, string province, IReadOnlyList<ReorganisedCommune> communes) => new(
        made.Id, made.Kind, province, made.EffectiveOn, made.LegalBasis, made.Reason, made.MadeAt, made.MadeBy, made.ReversedAt, made.ReversedBy, made.ReversalReason,
        communes, communes.Aggregate(new PartFigures(), (sum, c) => sum + c.Before), communes.Aggregate(new PartFigures(), (sum, c) => sum + c.After));
}

/// <summary>A commune of a reorganisation.</summary>
/// <param name="Code">Its code.</param>
/// <param name="Name">Its kind and name.</param>
/// <param name="Side">From (it ends), Into (it begins) or Remains (it gives a part away).</param>
/// <param name="Before">What it held before.</param>
/// <param name="After">What it held after.</param>
public sealed record ReorganisedCommune(string Code, string Name, PartSide Side, PartFigures Before, PartFigures After)
{
    internal static ReorganisedCommune Of(ReorganisationPart part) =>
        new(part.Locality!.Code, $"{part.Locality.Kind} {part.Locality.Name}", part.Side, part.Before, part.After);
}

/// <summary>What a reorganisation or a reversal did, or would do.</summary>
/// <param name="DryRun">True when nothing was written; then the id stands for nothing.</param>
/// <param name="Reorganisation">The reorganisation; the figures are those of this step.</param>
/// <param name="LearnersMoved">Learners who are counted in another commune now.</param>
/// <param name="CompletionsMoved">Completions that lie in another commune now.</param>
/// <param name="Populations">The new commune's populations: sums of what all old communes have declared; null where one has not.</param>
/// <param name="ReadOnlyGrants">Grants at communes that have ended: they open these for reading only.</param>
/// <param name="Notes">What to do next, in the language asked for.</param>
public sealed record ReorganisationOutcome(
    bool DryRun, ReorganisationView Reorganisation, int LearnersMoved, int CompletionsMoved, IReadOnlyList<PopulationSum> Populations, int ReadOnlyGrants, IReadOnlyList<string> Notes);
