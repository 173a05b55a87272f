using System.Globalization;
using System.Text;
using Platform.Access;
using Platform.Tests.Shape;

namespace Platform.Tests.Isolation;

/// <summary>The matrix for people to read: what each role comes to, which operations are held to it, how many cells the tests run.</summary>
internal sealed class Report(List<Operation> operations, List<EntitySet> sets)
{
    private readonly List<(string What, int Cells)> counts = [];

    internal void Count(string what, int cells) => counts.Add((what, cells));

    internal void AssertCommitted()
    {
        var path = Path.Combine(Repository.Root, "openapi", "isolation-matrix.md");
        var actual = Text();
        if (File.Exists(path) && File.ReadAllText(path) == actual)
            return;
        var written = Path.Combine(AppContext.BaseDirectory, "isolation-matrix.md");
        File.WriteAllText(written, actual);
        Assert.Fail($"The isolation matrix changed. Review {written} and commit it as openapi/isolation-matrix.md.");
    }

    private string Text()
    {
        var text = new StringBuilder("""
            # Isolation matrix

            Written by `MatrixTests`, which derives what each request must come to from what its endpoint declares, sends it, and fails on any other answer. Three communes
            hold a row of everything: the callers' own, a sibling in the same province, one of another province. Every text of those rows is marked; no answer may hold a mark
            from beyond the caller's reach. A foreign locality or id must be answered with the same status and the same text as one that does not exist. An endpoint that
            declares no policy, or has an id in its address of which it is not said whose it is, fails.


            """.ReplaceLineEndings("\n"));
        var (roles, situations) = (Enum.GetValues<Role>().Length, Enum.GetValues<Place>().Length + 4);
        text.Append(CultureInfo.InvariantCulture, $"{operations.Count} operations and {sets.Count} entity sets with {sets.Sum(s => s.Navigations.Count)} navigations × {roles} roles × {situations} situations\n");
        text.Append("(own commune, sibling, other province, own province, strange province, missing, own commune suspended for changes, own commune closed; no token, expired, revoked, a token of another scope).\n\n| cells | |\n|---|---|\n");
        foreach (var (what, cells) in counts)
            text.Append(CultureInfo.InvariantCulture, $"| {cells} | {what} |\n");
        text.Append(CultureInfo.InvariantCulture, $"| {counts.Sum(c => c.Cells)} | all, each as expected when the tests pass |\n");
        var policies = operations.GroupBy(Label).OrderBy(p => p.Key, StringComparer.Ordinal).ToList();
        foreach (var policy in policies)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n## {policy.Key}\n\n");
            if (policy.First() is { Needs: not null } first)
            {
                text.Append("| role | own commune | sibling | other province | own province | strange province | missing | own, read only | own, closed | no, expired or revoked token | token of another scope |\n|---|---|---|---|---|---|---|---|---|---|---|\n");
                foreach (var role in Enum.GetValues<Role>())
                {
                    var narrowed = first.Needs!.Scope is { } scope && Policy.Carries[role] is { Length: > 1 } scopes && scopes.Contains(scope);
                    text.Append(CultureInfo.InvariantCulture, $"| {role} | {string.Join(" | ", Enum.GetValues<Place>().Select(place => string.Join(" or ", policy.Select(o => Word(Policy.Expected(o, role, place))).Distinct())))} | 401 | {(narrowed ? "403" : "")} |\n");
                }

                text.Append('\n');
            }

            foreach (var operation in policy.OrderBy(o => o.Path, StringComparer.Ordinal).ThenBy(o => o.Method, StringComparer.Ordinal))
                text.Append(CultureInfo.InvariantCulture, $"- `{operation.Name}`{Whose(operation)}\n");
        }

        text.Append("\n## Audit log\n\n`/odata/audit`: read by who carries `audit.read`, of the localities that were granted; 403 to all others.\n");
        text.Append("\n## Entity sets\n\nRead by who carries `localities.read`, each row within the reach of the table above; foreign codes and texts in filters find nothing, foreign keys are 404 as missing ones, alone and in a batch, and links of another caller are 400.\n\n");
        foreach (var set in sets.OrderBy(s => s.Name, StringComparer.Ordinal))
            text.Append(CultureInfo.InvariantCulture, $"- `{set.Name}`{(set.OfTenants ? "" : " (a public list)")}: {(set.Navigations.Count == 0 ? "no navigation" : string.Join(", ", set.Navigations.Select(n => n.Name)))}\n");
        return text.ToString();
    }

    private static string Label(Operation operation) => operation.Needs is not { } needs ? "Open to everybody"
        : Policy.SessionsOnly(operation) ? "Signed-in people, no token"
        : Policy.OnlyOperators.Contains(operation.Name) ? $"`{needs.Scope}`, operators only"
        : Policy.DespiteSuspension(operation) ? "`localities.write`, people's requests about their data, suspended or not"
        : $"{(needs.Scope is null ? "Who is signed in" : $"`{needs.Scope}`")}, {Touches(needs.Reach)}";

    private static string Touches(Reach reach) => reach switch
    {
        Reach.RouteLocality => "the locality in the address",
        Reach.Everything => "all that the caller may read",
        Reach.Intake => "the vendor's own",
        Reach.Administration => "accounts within reach",
        Reach.Agency => "the caller's agencies",
        Reach.Account => "the caller's own account",
        _ => $"{reach}",
    };

    private static string Whose(Operation operation) => operation.Ids.Count == 0 ? ""
        : $" — {string.Join(", ", operation.Ids.Select(i => $"{i.Parameter}: {Owner(Policy.Kinds[i.Word])}").Distinct())}";

    private static string Owner(Kind kind) => kind switch
    {
        Kind.Tenant => "the locality's",
        Kind.Administration => "looked after by operator and province",
        Kind.Person => "a person below the caller",
        Kind.Vendor => "the vendor's",
        Kind.Account => "the account's",
        _ => "public",
    };

    private static string Word(Outcome outcome) => outcome switch
    {
        Outcome.Answered => "answered",
        Outcome.NotSignedIn => "401",
        Outcome.NotAllowed => "403",
        Outcome.Hidden => "404",
        Outcome.Suspended => "403 suspended",
        _ => "403 session",
    };
}
