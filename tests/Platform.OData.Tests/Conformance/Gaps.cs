namespace Platform.OData.Tests.Conformance;

/// <summary>Clauses without a test: what does not hold, by name, and what a read-only service over plain entities cannot meet.</summary>
internal static class Gaps
{
    private const string ReadOnly = "the service only reads";
    private const string NoAsync = "asynchronous requests are not offered; each request is answered within the time limit";
    private const string NoOperations = "the model has no functions and actions";
    private const string OnlyPrimitive = "properties are primitive: there are no complex or collection-valued ones";

    public static IEnumerable<Clause> All =>
    [
        NotApplicable("4.0 Minimal", "16", "MUST", "final response of an asynchronous request", NoAsync),
        NotApplicable("4.0 Minimal", "17", "MAY", "AsyncResult header", NoAsync),
        NotApplicable("4.0 Minimal", "18", "MUST", "18 to 33: updatable services", ReadOnly),
        NotApplicable("4.0 Intermediate", "4", "MUST", "casting to a derived type", "there are no derived types; casting to the own type is allowed"),
        NotApplicable("4.0 Intermediate", "10", "SHOULD", "basic authentication over HTTPS", "authentication is the host's"),
        NotApplicable("4.0 Advanced", "9.3", "MUST", "cast segment in expand with derived types", "there are no derived types; casting to the own type is allowed"),
        Missing("4.0 Advanced", "13", "SHOULD", "asynchronous requests", NoAsync),
        Missing("4.0 Advanced", "15", "SHOULD", "cross-join queries", "$crossjoin is refused with 501"),
        NotApplicable("4.01 Minimal", "3", "MUST", "AsyncResult header", NoAsync),
        NotApplicable("4.01 Minimal", "5", "MUST", "reject an incompatible $schemaversion", "no Core.SchemaVersion is declared; the option is refused with 501"),
        NotApplicable("4.01 Minimal", "9.3", "MUST", "function imports with or without parentheses", NoOperations),
        NotApplicable("4.01 Minimal", "9.4", "MUST", "empty body of an action", NoOperations),
        NotApplicable("4.01 Minimal", "9.5", "MUST", "operations in a default namespace", NoOperations),
        NotApplicable("4.01 Minimal", "9.7", "SHOULD", "implicit aliases of parameters", NoOperations),
        NotApplicable("4.01 Minimal", "9.14", "MAY", "structural comparison", OnlyPrimitive),
        Missing("4.01 Minimal", "14", "MAY", "filtering on annotation values", "there are no instance annotations to filter on"),
        Missing("4.01 Minimal", "16", "MAY", "$search for all collections", "sets without a search text refuse it with 501 and say so in their capabilities"),
        NotApplicable("4.01 Minimal", "18", "MUST", "18 to 27: updatable services", ReadOnly),
        NotApplicable("4.01 Intermediate", "5", "MUST", "$select nested within $select", OnlyPrimitive),
        NotApplicable("4.01 Intermediate", "7", "SHOULD", "structural comparison", OnlyPrimitive),
        NotApplicable("4.01 Intermediate", "9", "SHOULD", "nested query options in $select", OnlyPrimitive),
        Missing("4.01 Intermediate", "10", "MAY", "aliases assigned within $select and $expand", "aliases are assigned in the query string only"),
        NotApplicable("4.01 Advanced", "5", "MUST", "nested options in $select (5.1 to 5.5)", OnlyPrimitive),
        Missing("4.01 Advanced", "9", "SHOULD", "aliases assigned within $select and $expand", "aliases are assigned in the query string only"),
    ];

    private static Clause Missing(string level, string number, string weight, string text, string why) =>
        new(level, number, weight, text, Clause.DoesNotHold, why);

    private static Clause NotApplicable(string level, string number, string weight, string text, string why) =>
        new(level, number, weight, text, Clause.NotApplicable, why);
}
