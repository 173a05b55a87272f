using Platform.Http;
using Platform.Localities;

namespace Platform.Plans;

/// <summary>
/// Turns what was sent into entities, noting every field at fault with its pointer. Pure: no database, no clock.
/// Assignments are read by their own room.
/// </summary>
internal static class PlanReading
{
    private const int FirstYear = 2024, LastYear = 2100;

    internal static void Header(PlanContent from, Plan plan, Faults faults)
    {
        plan.Number = faults.Optional("/number", from.Number, 60);
        plan.Symbol = faults.Optional("/symbol", from.Symbol, 40);
        plan.Title = faults.Text("/title", from.Title, 500);
        plan.Issuer = faults.Optional("/issuer", from.Issuer, 300);
        plan.Signer = faults.Optional("/signer", from.Signer, 150);
        plan.SignerPosition = faults.Optional("/signerPosition", from.SignerPosition, 150);
        plan.IssuedOn = from.IssuedOn;
        plan.IssuedText = faults.Optional("/issuedText", from.IssuedText, 100);
        plan.FromYear = faults.Within("/fromYear", from.FromYear, FirstYear, LastYear);
        plan.ToYear = faults.Within("/toYear", from.ToYear, FirstYear, LastYear);
        if (plan.ToYear < plan.FromYear)
            faults.Add("/toYear", Problems.OutOfRange, new Explanation("Năm cuối trước năm đầu.", "The last year lies before the first."));
        plan.FundingSources = [.. faults.Each("/fundingSources", from.FundingSources).Select(s => faults.Text(s.At, s.Item, 300))];
        plan.Facts = [.. faults.Each("/facts", from.Facts).Select(f => new PlanFact
        {
            Key = faults.Text($"{f.At}/key", f.Item.Key, 60), Value = f.Item.Value, Text = faults.Optional($"{f.At}/text", f.Item.Text, 500),
        })];
    }

    internal static LegalBasis LegalBasis(LegalBasisContent from, Plan plan, int index, Faults faults) => new()
    {
        TenantId = plan.TenantId,
        Id = Guid.CreateVersion7(),
        PlanId = plan.Id,
        Ordinal = index,
        Number = faults.Text($"/legalBases/{index}/number", from.Number, 80),
        Kind = faults.Optional($"/legalBases/{index}/kind", from.Kind, 60),
        IssuedOn = from.IssuedOn,
        Issuer = faults.Optional($"/legalBases/{index}/issuer", from.Issuer, 300),
        Title = faults.Optional($"/legalBases/{index}/title", from.Title, 500),
        Relation = from.Relation ?? LegalRelation.Basis,
    };

    internal static void Target(TargetContent from, Target target, Plan plan, string at, Faults faults)
    {
        target.Number = faults.Text($"{at}/number", from.Number, 40);
        target.Year = faults.Within($"{at}/year", from.Year, plan.FromYear, plan.ToYear);
        target.Audience = from.Audience;
        target.Title = faults.Text($"{at}/title", from.Title, 500);
        target.Measure = faults.Text($"{at}/measure", from.Measure, 60);
        target.Bound = faults.Value($"{at}/bound", from.Bound);
        target.Unit = faults.Value($"{at}/unit", from.Unit);
        target.Value = faults.Within($"{at}/value", from.Value, 0, target.Unit == TargetUnit.Percent ? 100 : 999_999_999_999m);
        target.UnitText = faults.Optional($"{at}/unitText", from.UnitText, 60);
        target.Accumulation = from.Accumulation ?? Accumulation.Cumulative;
        target.Source = faults.Value($"{at}/source", from.Source);
        target.Population = faults.Optional($"{at}/population", from.Population, 40);
        if (target.Source != FigureSource.Reported && target.Audience is null)
            faults.Add($"{at}/audience", Problems.Required, new Explanation(
                "Chỉ tiêu lấy số từ lượt hoàn thành hoặc xác nhận phổ cập phải có nhóm đối tượng.", "A target fed by completions or confirmations needs an audience."));
    }

    internal static void Task(TaskContent from, PlanTask task, string at, Faults faults)
    {
        task.Number = faults.Text($"{at}/number", from.Number, 40);
        task.Part = faults.Optional($"{at}/part", from.Part, 10);
        task.Title = faults.Text($"{at}/title", from.Title, 500);
        task.Output = faults.Optional($"{at}/output", from.Output, 300);
        task.SharedLead = from.SharedLead;
        task.Initiative = faults.Optional($"{at}/initiative", from.Initiative, 200);
        task.ScheduleKind = from.Schedule?.Kind;
        task.ScheduleText = faults.Optional($"{at}/schedule/text", from.Schedule?.Text, 300);
        task.StartsOn = from.Schedule?.StartsOn;
        task.DueOn = from.Schedule?.DueOn;
        task.Recurrence = faults.Optional($"{at}/schedule/recurrence", from.Schedule?.Recurrence, 60);
        if (from.Schedule is not null && from.Schedule.Kind is null)
            faults.Add($"{at}/schedule/kind", Problems.Required);
        if (task.DueOn < task.StartsOn)
            faults.Add($"{at}/schedule/dueOn", Problems.OutOfRange, new Explanation("Hạn trước ngày bắt đầu.", "Due before it starts."));
    }

    internal static Initiative Initiative(InitiativeContent from, Plan plan, int index, Dictionary<string, PlanTask> tasks, Faults faults)
    {
        var at = $"/initiatives/{index}";
        PlanTask? task = null;
        if (from.Task is not null && !tasks.TryGetValue(from.Task, out task))
            faults.Add($"{at}/task", Problems.UnknownParent);
        return new Initiative
        {
            TenantId = plan.TenantId,
            Id = Guid.CreateVersion7(),
            PlanId = plan.Id,
            TaskId = task?.Id,
            Ordinal = index,
            Name = faults.Text($"{at}/name", from.Name, 200),
            Kind = faults.Value($"{at}/kind", from.Kind),
            Coverage = [.. faults.Each($"{at}/coverage", from.Coverage).Select(c => new Coverage
            {
                Each = faults.Optional($"{c.At}/each", c.Item.Each, 40),
                AtLeast = c.Item.AtLeast,
                Of = faults.Optional($"{c.At}/of", c.Item.Of, 40),
                Percent = c.Item.Percent,
                Text = faults.Optional($"{c.At}/text", c.Item.Text, 300),
            })],
        };
    }

    internal static ReportingRule ReportingRule(ReportingRuleContent from, Plan plan, int index, Faults faults)
    {
        var at = $"/reportingRules/{index}";
        return new ReportingRule
        {
            TenantId = plan.TenantId,
            Id = Guid.CreateVersion7(),
            PlanId = plan.Id,
            Ordinal = index,
            Title = faults.Text($"{at}/title", from.Title, 300),
            Kind = faults.Text($"{at}/kind", from.Kind, 30),
            Frequency = faults.Text($"{at}/frequency", from.Frequency, 30),
            DueMonth = from.DueMonth is null ? null : faults.Within($"{at}/dueMonth", from.DueMonth, 1, 12),
            DueDay = from.DueDay is null ? null : faults.Within($"{at}/dueDay", from.DueDay, 1, 31),
            DueBefore = from.DueBefore,
            DueText = faults.Optional($"{at}/dueText", from.DueText, 300),
            DataFrom = from.DataFrom,
            DataTo = from.DataTo,
            Recipient = faults.Optional($"{at}/recipient", from.Recipient, 80),
            Reporters = [.. faults.Each($"{at}/reporters", from.Reporters).Select(r => faults.Text(r.At, r.Item, 80))],
        };
    }

    /// <summary>The agencies that the document declares, by key, not yet matched with the locality's.</summary>
    internal static Dictionary<string, Agency> Agencies(PlanContent from, short tenant, Faults faults)
    {
        var agencies = new Dictionary<string, Agency>(StringComparer.Ordinal);
        foreach (var (content, at, _) in faults.Each("/agencies", from.Agencies))
        {
            var name = faults.Text($"{at}/name", content.Name, 300);
            var key = VietnameseText.Slug(faults.Optional($"{at}/key", content.Key, 80) ?? name, longest: 80);
            var agency = new Agency
            {
                TenantId = tenant,
                Id = Guid.CreateVersion7(),
                Key = key,
                Name = name,
                Kind = faults.Value($"{at}/kind", content.Kind),
            };
            if (key.Length > 0 && !agencies.TryAdd(key, agency))
                faults.Add($"{at}/key", Problems.Repeated);
        }

        return agencies;
    }
}
