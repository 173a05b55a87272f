using Microsoft.OData.UriParser;
using Platform.OData.Errors;
using Platform.OData.Parsing;

namespace Platform.OData.Binding;

/// <summary>
/// What binding one request shares: the parameter aliases, one reading of the clock, and the budget of nodes and
/// nested lambdas. Exceeding the budget is refused before anything runs.
/// </summary>
internal sealed class BindingContext(
    ODataModel model, ODataOptions options, IDictionary<string, SingleValueNode> aliases, DateTimeOffset now)
{
    private int nodes;
    private int lambdas;

    public ODataModel Model { get; } = model;
    public ODataOptions Options { get; } = options;
    public IDictionary<string, SingleValueNode> Aliases { get; } = aliases;
    public IReadOnlyDictionary<string, FilteredCount> Counts { get; init; } = new Dictionary<string, FilteredCount>();
    public IReadOnlyDictionary<string, IReadOnlyList<object?>> Lists { get; init; } = new Dictionary<string, IReadOnlyList<object?>>();
    /// <summary>The text of <c>$expand</c>, for links into its collections.</summary>
    public string Expand { get; init; } = "";

    public DateTimeOffset Now
    {
        get
        {
            ReadsClock = true;
            return now;
        }
    }

    /// <summary>Whether the request depends on when it is asked.</summary>
    public bool ReadsClock { get; private set; }

    /// <summary>Whether the statement may go through far more rows than the sets it names have: it asks something of each row's collection, or reads a set several times.</summary>
    public bool CanBeLarge { get; set; }

    /// <summary>Whether one entity is asked for, whose expanded collections are no more than those of its own members.</summary>
    public bool IsOfOne { get; set; }

    public void CountNode()
    {
        if (++nodes > Options.MaxNodeCount)
            throw Limit("MaxNodeCount", Options.MaxNodeCount);
    }

    public IDisposable EnterLambda()
    {
        if (++lambdas > Options.MaxAnyAllDepth)
            throw Limit("MaxAnyAllDepth", Options.MaxAnyAllDepth);
        CanBeLarge = true;
        return new Exit(this);
    }

    public static FaultException Limit(string name, int most) =>
        new(ODataFaults.TooComplex, name, $"{name} = {most}", $"{name} = {most}");

    private sealed class Exit(BindingContext context) : IDisposable
    {
        public void Dispose() => context.lambdas--;
    }
}
