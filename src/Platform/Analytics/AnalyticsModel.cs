using System.Xml.Linq;
using Platform.Assignments;
using Platform.Learning;
using Platform.Localities;
using Platform.OData;
using Platform.Plans;
using Platform.Rollup;

namespace Platform.Analytics;

/// <summary>What provinces can ask through OData: each name with the expression over the entity that answers it. Read-only; no people.</summary>
internal static class AnalyticsModel
{
    /// <summary>The metadata document as committed: indented, the same bytes for the same model.</summary>
    internal static string Contract() => XDocument.Parse(Build().CsdlXml).ToString().ReplaceLineEndings("\n") + "\n";

    /// <param name="suppressBelow">Figures about people that are less are left out; 0 leaves out none. A share would give its figure away, so it goes with it.</param>
    internal static ODataModel Build(int suppressBelow = 0) => ODataModel.Create("Platform")
        .DeclareCapabilities()
        .EntitySet<Locality>("Provinces", "Province", set => set
            .Describe("Tỉnh, thành phố", "Provinces")
            .Changes(l => l.Change)
            .Key("Code", l => l.Code)
            .Property("Name", l => l.Name, "Tên", "Name")
            .Property("Kind", l => l.Kind, "Tỉnh hoặc Thành phố", "Tỉnh or Thành phố")
            .Many("Communes", l => l.Communes.Where(c => c.Level == LocalityLevel.Commune), "Communes")
            .Search(l => l.SearchText))
        .EntitySet<Locality>("Communes", "Commune", set => set
            .Describe("Xã, phường, đặc khu", "Communes")
            .Changes(l => l.Change)
            .Key("Code", l => l.Code)
            .Property("Name", l => l.Name, "Tên", "Name")
            .Property("Kind", l => l.Kind, "Xã, Phường hoặc Đặc khu", "Xã, Phường or Đặc khu")
            .Property("ProvinceCode", l => l.ProvinceCode, nullable: false)
            .One("Province", l => l.Province, "Provinces")
            .Search(l => l.SearchText))
        .EntitySet<Agency>("Agencies", "Agency", set => set
            .Describe("Cơ quan, đơn vị được giao việc", "Bodies that are given work")
            .Changes(a => a.Change)
            .Key("Id", a => a.Id)
            .Property("LocalityCode", a => a.Locality!.Code, nullable: false)
            .Property("Key", a => a.Key)
            .Property("Name", a => a.Name)
            .Property("Kind", a => a.Kind.ToString())
            .Many("Assignments", a => a.Assignments, "Assignments"))
        .EntitySet<Plan>("Plans", "Plan", set => set
            .Describe("Kế hoạch", "Plans")
            .Changes(p => p.Change)
            .Key("Id", p => p.Id)
            .Property("ProvinceCode", p => p.Locality!.ProvinceCode, nullable: false)
            .Property("LocalityCode", p => p.Locality!.Code, nullable: false)
            .Property("LocalityName", p => p.Locality!.Name, nullable: false)
            .Property("Number", p => p.Number, "Số văn bản; trống khi văn bản để trống", "Document number; null where the document leaves it empty")
            .Property("Symbol", p => p.Symbol)
            .Property("Title", p => p.Title)
            .Property("Issuer", p => p.Issuer)
            .Property("IssuedOn", p => p.IssuedOn)
            .Property("FromYear", p => p.FromYear)
            .Property("ToYear", p => p.ToYear)
            .Property("Status", p => p.Status.ToString(), "Draft, Issued, Amended, Closed", "Draft, Issued, Amended, Closed")
            .Property("Version", p => p.Version)
            .Version(p => p.Change > p.Locality!.Change ? p.Change : p.Locality.Change)
            .One("Implements", p => p.Implements, "Plans")
            .Many("Targets", p => p.Targets, "Targets")
            .Many("Tasks", p => p.Tasks, "Tasks")
            .Many("Assignments", p => p.Assignments, "Assignments"))
        .EntitySet<Target>("Targets", "Target", set => set
            .Describe("Chỉ tiêu", "Targets")
            .Changes(t => t.Change)
            .Key("Id", t => t.Id)
            .Property("PlanId", t => t.PlanId)
            .Property("ProvinceCode", t => t.Locality!.ProvinceCode, nullable: false)
            .Property("LocalityCode", t => t.Locality!.Code, nullable: false)
            .Property("LocalityName", t => t.Locality!.Name, nullable: false)
            .Property("PlanStatus", t => t.Plan!.Status.ToString(), nullable: false)
            .Property("Number", t => t.Number, "Vị trí trong văn bản", "Place in the document")
            .Property("Year", t => t.Year)
            .Property("Audience", t => t.Audience == null ? null : t.Audience.ToString(), "Nhóm đối tượng", "Audience", nullable: true)
            .Property("Title", t => t.Title)
            .Property("Measure", t => t.Measure)
            .Property("Bound", t => t.Bound == Bound.AtLeast ? "≥" : t.Bound == Bound.MoreThan ? ">" : "=", "≥, > hoặc =", "≥, > or =")
            .Property("Value", t => t.Value)
            .Property("Unit", t => t.Unit.ToString(), "Percent hoặc Count", "Percent or Count")
            .Property("UnitText", t => t.UnitText)
            .Property("Source", t => t.Source.ToString(), "Completions, Confirmations hoặc Reported", "Completions, Confirmations or Reported")
            .One("Plan", t => t.Plan, "Plans")
            .One("Progress", t => t.Progress, "TargetProgress"))
        .EntitySet<PlanTask>("Tasks", "Task", set => set
            .Describe("Nhiệm vụ, giải pháp", "Tasks")
            .Changes(t => t.Change)
            .Key("Id", t => t.Id)
            .Property("PlanId", t => t.PlanId)
            .Property("ParentId", t => t.ParentId)
            .Property("ProvinceCode", t => t.Locality!.ProvinceCode, nullable: false)
            .Property("LocalityCode", t => t.Locality!.Code, nullable: false)
            .Property("LocalityName", t => t.Locality!.Name, nullable: false)
            .Property("PlanStatus", t => t.Plan!.Status.ToString(), nullable: false)
            .Property("Number", t => t.Number)
            .Property("Part", t => t.Part)
            .Property("Ordinal", t => t.Ordinal, "Thứ tự trong văn bản", "Order in the document")
            .Property("Title", t => t.Title)
            .Property("ScheduleKind", t => t.ScheduleKind == null ? null : t.ScheduleKind.ToString(), nullable: true)
            .Property("ScheduleText", t => t.ScheduleText, "Nguyên văn thời hạn", "The schedule's original wording")
            .Property("StartsOn", t => t.StartsOn)
            .Property("DueOn", t => t.DueOn)
            .Property("Output", t => t.Output, "Sản phẩm đầu ra", "Output")
            .Property("IsHeading", t => t.Children.Any(), "Có nhiệm vụ con", "Has sub-tasks")
            .Property(
                "HasLead",
                t => t.Assignments.Any(a => a.Role == AssignmentRole.Lead)
                    || t.Parent!.Assignments.Any(a => a.Role == AssignmentRole.Lead)
                    || t.Parent.Parent!.Assignments.Any(a => a.Role == AssignmentRole.Lead),
                "Nhiệm vụ, hoặc mục chứa nó, có cơ quan chủ trì", "The task, or a heading above it, has a leading agency")
            .One("Plan", t => t.Plan, "Plans")
            .One("Parent", t => t.Parent, "Tasks")
            .Many("Children", t => t.Children, "Tasks")
            .Many("Assignments", t => t.Assignments, "Assignments"))
        .EntitySet<Assignment>("Assignments", "Assignment", set => set
            .Describe("Phân công: cơ quan × nhiệm vụ × vai trò", "Assignments: agency × task × role")
            .Changes(a => a.Change)
            .Key("Id", a => a.Id)
            .Property("PlanId", a => a.PlanId)
            .Property("TaskId", a => a.TaskId)
            .Property("AgencyId", a => a.AgencyId)
            .Property("ProvinceCode", a => a.Locality!.ProvinceCode, nullable: false)
            .Property("LocalityCode", a => a.Locality!.Code, nullable: false)
            .Property("PlanStatus", a => a.Task!.Plan!.Status.ToString(), nullable: false)
            .Property("Role", a => a.Role.ToString(), "Lead (chủ trì), Coordinate (phối hợp), Advise (tham mưu), Supervise (giám sát)", "Lead, Coordinate, Advise, Supervise")
            .Property("Source", a => a.Source, "Nơi văn bản giao việc", "Where the document gives it")
            .One("Task", a => a.Task, "Tasks")
            .One("Agency", a => a.Agency, "Agencies"))
        .EntitySet<TargetProgress>("TargetProgress", "TargetProgress", set => set
            .Describe("Tiến độ từng chỉ tiêu của kế hoạch đã ban hành", "Progress on every target of issued plans")
            .Key("TargetId", p => p.TargetId)
            .Property("ProvinceCode", p => p.Locality!.ProvinceCode, nullable: false)
            .Property("LocalityCode", p => p.Locality!.Code, nullable: false)
            .Property("LocalityName", p => p.Locality!.Name, nullable: false)
            .Property("Level", p => p.Locality!.Level.ToString(), "Province hoặc Commune: số của tỉnh là tổng các xã", "Province or Commune: a province's figure is the sum over its communes", nullable: false)
            .Property("Title", p => p.Target!.Title, nullable: false)
            .Property("Year", p => p.Year)
            .Property("Audience", p => p.Audience == null ? null : p.Audience.ToString(), nullable: true)
            .Property("Numerator", p => p.Numerator, "Trống khi chưa có số liệu", "Null when nobody has sent a figure")
            .Property("Denominator", p => p.Denominator, "Trống với chỉ tiêu đếm hoặc khi chưa khai báo", "Null for counts and where nobody has declared it")
            .Property<decimal?>("Percent", suppressBelow == 0 ? p => p.Percentage : p => p.Numerator > 0 && p.Numerator < suppressBelow ? null : p.Percentage, "100 × tử số / mẫu số, có thể vượt 100", "100 × numerator / denominator; may exceed 100")
            .Property("TargetValue", p => p.TargetValue)
            .Property("Unit", p => p.Unit.ToString())
            .Property("Bound", p => p.Bound == Bound.AtLeast ? "≥" : p.Bound == Bound.MoreThan ? ">" : "=")
            .Property("Status", p => p.Status.ToString(), "Missing, Partial, Behind, Reached", "Missing, Partial, Behind, Reached")
            .Property("MembersWithFigures", p => p.MembersWithFigures, "Số xã đã có số liệu", "Communes that have contributed")
            .Property("Members", p => p.Members, "Số xã của tỉnh; 1 với xã", "Communes of a province; 1 for a commune")
            .Property("AsOf", p => p.AsOf)
            .CountsPeople("Numerator")
            .One("Target", p => p.Target, "Targets"))
        .EntitySet<CompletionFact>("CompletionFacts", "CompletionFact", set => set
            .Describe("Lượt hoàn thành theo địa phương × tháng × nhóm × khóa học", "Completions by locality × month × audience × course")
            .Changes(f => f.Change)
            .Key("Id", f => f.Id)
            .Property("ProvinceCode", f => f.Locality!.ProvinceCode, nullable: false)
            .Property("LocalityCode", f => f.Locality!.Code, nullable: false)
            .Property("LocalityName", f => f.Locality!.Name, nullable: false)
            .Property("Month", f => f.Month, "Ngày đầu tháng (giờ Việt Nam)", "First day of the month (Asia/Ho_Chi_Minh)")
            .Property("Audience", f => f.Audience.ToString(), nullable: false)
            .Property("CourseCode", f => f.Course!.Code, nullable: false)
            .Property("Completions", f => f.Completions, "Lượt hoàn thành", "Completions")
            .Property(
                "Learners",
                f => f.Learners,
                "Người học, mỗi người tính một lần trên cả nước: ở tháng và khóa học đầu tiên của họ, nên cộng được; không phải số người của từng khóa",
                "Learners; each counts once in the country, in the month and course of the first completion, so they add; not the learners of each course")
            .Property("Passed", f => f.Passed, "Lượt đạt", "Completions that passed")
            .CountsPeople("Completions", "Learners", "Passed"))
        .EntitySet<Course>("Courses", "Course", set => set
            .Describe("Khóa học", "Courses")
            .Changes(c => c.Change)
            .Key("Code", c => c.Code)
            .Property("Title", c => c.Title))
        .Build();
}
