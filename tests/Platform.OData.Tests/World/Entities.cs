namespace Platform.OData.Tests.World;

public sealed class Locality
{
    public int Id { get; set; }
    public string Code { get; set; } = "";
    public string Name { get; set; } = "";
    public string FoldedName { get; set; } = "";
    public int? ParentId { get; set; }
    public Locality? Parent { get; set; }
    public List<Locality> Children { get; set; } = [];
    public List<Plan> Plans { get; set; } = [];
}

public enum PlanStatus
{
    Draft,
    Issued,
}

public sealed class Plan
{
    public Guid Id { get; set; }
    public int LocalityId { get; set; }
    public Locality Locality { get; set; } = null!;
    public string? Number { get; set; }
    public DateOnly? IssuedOn { get; set; }
    public DateTimeOffset ChangedAt { get; set; }
    public PlanStatus Status { get; set; }
    public bool IsProvincial { get; set; }
    public Guid? ImplementsId { get; set; }
    public Plan? Implements { get; set; }
    public List<Target> Targets { get; set; } = [];
    public List<PlanTask> Tasks { get; set; } = [];
}

public sealed class Target
{
    public int Id { get; set; }
    public Guid PlanId { get; set; }
    public Plan Plan { get; set; } = null!;
    public int Year { get; set; }
    public string Audience { get; set; } = "";
    public decimal Value { get; set; }
    public decimal? Actual { get; set; }
    public double? Weight { get; set; }
}

public sealed class PlanTask
{
    public long Id { get; set; }
    public Guid PlanId { get; set; }
    public Plan Plan { get; set; } = null!;
    public string Number { get; set; } = "";
    public string Title { get; set; } = "";
    public DateOnly? Due { get; set; }
    public List<Assignment> Assignments { get; set; } = [];
}

public sealed class Assignment
{
    public long TaskId { get; set; }
    public PlanTask Task { get; set; } = null!;
    public string Agency { get; set; } = "";
    public string Role { get; set; } = "";
}

public sealed class Fact
{
    public long Id { get; set; }
    public int LocalityId { get; set; }
    public Locality Locality { get; set; } = null!;
    public DateOnly Day { get; set; }
    public string Audience { get; set; } = "";
    public int Learners { get; set; }
    public int? Confirmed { get; set; }
    public decimal Cost { get; set; }
}
