using System.Text.Json.Serialization;
using Platform.Assignments;
using Platform.Localities;

namespace Platform.Plans;

/// <summary>A plan as a document: what is sent to make or replace a draft, and what the sample files hold. Texts are stored in Unicode NFC.</summary>
// What was read can be sent again: what only the view has is passed over.
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Skip)]
public record PlanContent
{
    /// <summary>Document number such as 53/KH-UBND; null when the document leaves it empty.</summary>
    public string? Number { get; init; }

    /// <summary>The letters of the number: KH-UBND.</summary>
    public string? Symbol { get; init; }

    /// <summary>Short title, at most 500 characters.</summary>
    public string? Title { get; init; }

    /// <summary>The issuing body.</summary>
    public string? Issuer { get; init; }

    /// <summary>Who signs.</summary>
    public string? Signer { get; init; }

    /// <summary>The signer's position.</summary>
    public string? SignerPosition { get; init; }

    /// <summary>Day of issue; null when the document leaves the day empty.</summary>
    public DateOnly? IssuedOn { get; init; }

    /// <summary>What the document shows of its date: «tháng 4 năm 2026».</summary>
    public string? IssuedText { get; init; }

    /// <summary>First year covered.</summary>
    public int? FromYear { get; init; }

    /// <summary>Last year covered.</summary>
    public int? ToYear { get; init; }

    /// <summary>The plan of the level above that this one carries out.</summary>
    public ImplementedPlan? Implements { get; init; }

    /// <summary>Documents that it rests on or names.</summary>
    public IReadOnlyList<LegalBasisContent> LegalBases { get; init; } = [];

    /// <summary>Agencies that the document names; those the locality does not have yet are added to it.</summary>
    public IReadOnlyList<AgencyContent> Agencies { get; init; } = [];

    /// <summary>The targets of all years.</summary>
    public IReadOnlyList<TargetContent> Targets { get; init; } = [];

    /// <summary>All tasks in document order, parents before children.</summary>
    public IReadOnlyList<TaskContent> Tasks { get; init; } = [];

    /// <summary>Models, movements and campaigns.</summary>
    public IReadOnlyList<InitiativeContent> Initiatives { get; init; } = [];

    /// <summary>Who reports what by when.</summary>
    public IReadOnlyList<ReportingRuleContent> ReportingRules { get; init; } = [];

    /// <summary>Where the money comes from.</summary>
    public IReadOnlyList<string> FundingSources { get; init; } = [];

    /// <summary>Other counts that the document states.</summary>
    public IReadOnlyList<FactContent> Facts { get; init; } = [];
}

/// <summary>A reference to a plan of the level above: the locality's code and the document number.</summary>
public sealed record ImplementedPlan(string? Locality, string? Number);

/// <summary>Căn cứ.</summary>
public sealed record LegalBasisContent(string? Number, string? Kind, DateOnly? IssuedOn, string? Issuer, string? Title, LegalRelation? Relation);

/// <summary>Chỉ tiêu as sent.</summary>
// What was read can be sent again: what only the view has is passed over.
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Skip)]
public record TargetContent
{
    /// <summary>Where it stands in the document: III.7. Two targets of one sentence share it.</summary>
    public string? Number { get; init; }

    /// <summary>The year it is for, within the plan's years.</summary>
    public int? Year { get; init; }

    /// <summary>Who it is about; null for targets about models.</summary>
    public Audience? Audience { get; init; }

    /// <summary>Short title, at most 500 characters.</summary>
    public string? Title { get; init; }

    /// <summary>Code word of the measure: DigitalSkills.</summary>
    public string? Measure { get; init; }

    /// <summary>≥, &gt; or =.</summary>
    public Bound? Bound { get; init; }

    /// <summary>Percent 0–100, or a count.</summary>
    public decimal? Value { get; init; }

    /// <summary>Percent or Count.</summary>
    public TargetUnit? Unit { get; init; }

    /// <summary>What a count counts: mô hình.</summary>
    public string? UnitText { get; init; }

    /// <summary>Cumulative (default) or InPeriod.</summary>
    public Accumulation? Accumulation { get; init; }

    /// <summary>Where the actual figure comes from.</summary>
    public FigureSource? Source { get; init; }

    /// <summary>The people a percentage is of, by code: Adults.</summary>
    public string? Population { get; init; }
}

/// <summary>Nhiệm vụ as sent.</summary>
// What was read can be sent again: what only the view has is passed over.
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Skip)]
public record TaskContent
{
    /// <summary>The document's numbering, unique in the plan: 5.4.a.</summary>
    public string? Number { get; init; }

    /// <summary>The document's part: IV.</summary>
    public string? Part { get; init; }

    /// <summary>Number of the task above it.</summary>
    public string? Parent { get; init; }

    /// <summary>Short title, at most 500 characters.</summary>
    public string? Title { get; init; }

    /// <summary>When it is to be done.</summary>
    public ScheduleContent? Schedule { get; init; }

    /// <summary>Sản phẩm đầu ra.</summary>
    public string? Output { get; init; }

    /// <summary>True when the document itself names several leading bodies.</summary>
    public bool SharedLead { get; init; }

    /// <summary>The initiative it sets up.</summary>
    public string? Initiative { get; init; }

    /// <summary>Who does what in it.</summary>
    public IReadOnlyList<AssignmentContent> Assignments { get; init; } = [];
}

/// <summary>A schedule: its original wording and what it means in dates (days of Asia/Ho_Chi_Minh).</summary>
public sealed record ScheduleContent(ScheduleKind? Kind, string? Text, DateOnly? StartsOn, DateOnly? DueOn, string? Recurrence);

/// <summary>An agency (by key), its role, and the place in the document that gives it.</summary>
public sealed record AssignmentContent(string? Agency, AssignmentRole? Role, string? Source);

/// <summary>Mô hình, phong trào, chiến dịch as sent; <c>task</c> is the number of the task that sets it up.</summary>
public sealed record InitiativeContent(string? Name, InitiativeKind? Kind, string? Task, IReadOnlyList<CoverageContent>? Coverage);

/// <summary>A coverage rule: each Village at least 1 Ambassador; or percent of.</summary>
public sealed record CoverageContent(string? Each, int? AtLeast, string? Of, decimal? Percent, string? Text);

/// <summary>A reporting rule as sent. <c>dueBefore</c>: the due day itself no longer counts.</summary>
public sealed record ReportingRuleContent(
    string? Title, string? Kind, IReadOnlyList<string>? Reporters, string? Recipient, string? Frequency,
    int? DueMonth, int? DueDay, bool DueBefore, string? DueText, DateOnly? DataFrom, DateOnly? DataTo);

/// <summary>A count that the document states.</summary>
public sealed record FactContent(string? Key, decimal? Value, string? Text);
