using System.Linq.Expressions;

namespace Platform.OData.Tests.World;

/// <summary>One small coherent world: two provinces, three communes, four plans with targets and tasks, daily facts.</summary>
public sealed class Vietnam : IODataSource
{
    public static readonly Guid ThaiNguyenPlan = new("00000000-0000-7000-8000-000000000001");
    public static readonly Guid KhaSonPlan = new("00000000-0000-7000-8000-000000000002");
    public static readonly Guid NgokBayPlan = new("00000000-0000-7000-8000-000000000003");
    public static readonly Guid DaiPhucPlan = new("00000000-0000-7000-8000-000000000004");

    private readonly Dictionary<Type, object> rows = [];

    public Vietnam()
    {
        var thaiNguyen = Place(1, "19", "Thái Nguyên", "thai nguyen", null);
        var quangNgai = Place(2, "51", "Quảng Ngãi", "quang ngai", null);
        var khaSon = Place(3, "05953", "Kha Sơn", "kha son", thaiNguyen);
        var daiPhuc = Place(4, "05830", "Đại Phúc", "dai phuc", thaiNguyen);
        var ngokBay = Place(5, "23317", "Ngọk Bay", "ngok bay", quangNgai);

        var province = Issue(ThaiNguyenPlan, thaiNguyen, "05-KH/BCĐ", new DateOnly(2026, 2, 3), PlanStatus.Issued, null);
        var khaSonPlan = Issue(KhaSonPlan, khaSon, null, null, PlanStatus.Draft, province);
        var ngokBayPlan = Issue(NgokBayPlan, ngokBay, "12/KH-UBND", new DateOnly(2025, 9, 10), PlanStatus.Issued, null);
        var daiPhucPlan = Issue(DaiPhucPlan, daiPhuc, "7'A/KH", new DateOnly(2026, 4, 1), PlanStatus.Issued, province);

        Aim(1, province, 2026, "Citizens", 80m, 45.5m, 0.5);
        Aim(2, province, 2026, "Students", 100m, 99.9m, 0.25);
        Aim(3, khaSonPlan, 2026, "Citizens", 80m, null, null);
        Aim(4, ngokBayPlan, 2025, "Citizens", 50.1m, 52.2m, 0.1);
        Aim(5, ngokBayPlan, 2026, "Citizens", 70m, 0.3m, 0.2);

        var training = Work(11, province, "1.1", "Tập huấn tổ công nghệ số", new DateOnly(2026, 6, 30));
        var school = Work(12, province, "1.2", "Dạy kỹ năng số trong trường", null);
        Work(13, khaSonPlan, "1", "Rà soát người chưa có tài khoản", new DateOnly(2026, 5, 17));
        Assign(training, "Sở KH&CN", "Lead");
        Assign(training, "Tỉnh đoàn", "Coordinate");
        Assign(school, "Sở GD&ĐT", "Lead");

        Happened(1, khaSon, new DateOnly(2026, 1, 5), "Citizens", 10, 4, 0.1m);
        Happened(2, khaSon, new DateOnly(2026, 1, 6), "Students", 20, null, 0.2m);
        Happened(3, daiPhuc, new DateOnly(2026, 1, 6), "Citizens", 30, 15, 0.3m);
        Happened(4, ngokBay, new DateOnly(2026, 2, 1), "Citizens", 5, 5, 1.05m);
        Happened(5, ngokBay, new DateOnly(2026, 2, 2), "Students", 7, null, 2m);

        rows[typeof(Locality)] = new List<Locality> { thaiNguyen, quangNgai, khaSon, daiPhuc, ngokBay };
        rows[typeof(Plan)] = new List<Plan> { province, khaSonPlan, ngokBayPlan, daiPhucPlan };
        rows[typeof(Assignment)] = Of<PlanTask>().SelectMany(task => task.Assignments).ToList();
    }

    public static ODataModel Model { get; } = ODataModel.Create("Test.Analytics")
        .EntitySet<Locality>("Localities", "Locality", set => set
            .Key("Id", locality => locality.Id)
            .Property("Code", locality => locality.Code, "Mã địa phương", "Code of the locality")
            .Property("Name", locality => locality.Name)
            .One("Parent", locality => locality.Parent, "Localities")
            .Many("Children", locality => locality.Children, "Localities")
            .Many("Plans", locality => locality.Plans, "Plans")
            .Search(locality => locality.FoldedName)
            .Describe("Địa phương", "Localities"))
        .EntitySet<Plan>("Plans", "Plan", set => set
            .Key("Id", plan => plan.Id)
            .Property("Number", plan => plan.Number)
            .Property("IssuedOn", plan => plan.IssuedOn)
            .Property("ChangedAt", plan => plan.ChangedAt)
            .Version(plan => plan.ChangedAt)
            .Property("Status", plan => plan.Status.ToString())
            .Property("IsProvincial", plan => plan.IsProvincial)
            .Property("LocalityCode", plan => plan.Locality.Code)
            .One("Locality", plan => plan.Locality, "Localities")
            .One("Implements", plan => plan.Implements, "Plans")
            .Many("Targets", plan => plan.Targets, "Targets")
            .Many("Tasks", plan => plan.Tasks, "Tasks"))
        .EntitySet<Target>("Targets", "Target", set => set
            .Key("Id", target => target.Id)
            .Property("Year", target => target.Year)
            .Property("Audience", target => target.Audience)
            .Property("Value", target => target.Value)
            .Property("Actual", target => target.Actual)
            .Property("Weight", target => target.Weight)
            .One("Plan", target => target.Plan, "Plans"))
        .EntitySet<PlanTask>("Tasks", "Task", set => set
            .Key("Id", task => task.Id)
            .Property("Number", task => task.Number)
            .Property("Title", task => task.Title)
            .Property("Due", task => task.Due)
            .One("Plan", task => task.Plan, "Plans")
            .Many("Assignments", task => task.Assignments, "Assignments"))
        .EntitySet<Assignment>("Assignments", "Assignment", set => set
            .Key("TaskId", assignment => assignment.TaskId)
            .Key("Agency", assignment => assignment.Agency)
            .Property("Role", assignment => assignment.Role)
            .One("Task", assignment => assignment.Task, "Tasks"))
        .EntitySet<Fact>("Facts", "Fact", set => set
            .Key("Id", fact => fact.Id)
            .Property("Day", fact => fact.Day)
            .Property("Audience", fact => fact.Audience)
            .Property("Learners", fact => fact.Learners)
            .Property("Confirmed", fact => fact.Confirmed)
            .Property("Cost", fact => fact.Cost)
            .Unit("Cost", "triệu đồng")
            .CountsPeople("Learners", "Confirmed")
            .One("Locality", fact => fact.Locality, "Localities"))
        .DeclareCapabilities()
        .Build();

    public IQueryable<T> Query<T>(string setName) where T : class => Of<T>().AsQueryable();

    /// <summary>Rows in memory need no compiling; but plans are kept as with a database.</summary>
    public Func<IODataSource, IReadOnlyList<object?>, IAsyncEnumerable<object>> Compile(IQueryable query, IReadOnlyList<ParameterExpression> parameters) =>
        (_, values) => query.Provider.CreateQuery<object>(new Filling(parameters, values).Visit(query.Expression)).ToAsyncEnumerable();

    private sealed class Filling(IReadOnlyList<ParameterExpression> parameters, IReadOnlyList<object?> values) : ExpressionVisitor
    {
        protected override Expression VisitParameter(ParameterExpression node) =>
            parameters.ToList().IndexOf(node) is >= 0 and var at ? Expression.Constant(values[at], node.Type) : node;
    }

    private List<T> Of<T>() =>
        (List<T>)(rows.TryGetValue(typeof(T), out var list) ? list : rows[typeof(T)] = new List<T>());

    private static Locality Place(int id, string code, string name, string folded, Locality? parent)
    {
        var locality = new Locality { Id = id, Code = code, Name = name, FoldedName = folded, Parent = parent, ParentId = parent?.Id };
        parent?.Children.Add(locality);
        return locality;
    }

    private static Plan Issue(Guid id, Locality locality, string? number, DateOnly? issued, PlanStatus status, Plan? implements)
    {
        var plan = new Plan
        {
            Id = id,
            Locality = locality,
            LocalityId = locality.Id,
            Number = number,
            IssuedOn = issued,
            Status = status,
            Implements = implements,
            ImplementsId = implements?.Id,
            IsProvincial = locality.Parent is null,
            ChangedAt = new DateTimeOffset(2026, 3, 1, 8, 30, 15, TimeSpan.Zero).AddHours(locality.Id),
        };
        locality.Plans.Add(plan);
        return plan;
    }

    private void Aim(int id, Plan plan, int year, string audience, decimal value, decimal? actual, double? weight)
    {
        var target = new Target { Id = id, Plan = plan, PlanId = plan.Id, Year = year, Audience = audience, Value = value, Actual = actual, Weight = weight };
        plan.Targets.Add(target);
        Of<Target>().Add(target);
    }

    private PlanTask Work(long id, Plan plan, string number, string title, DateOnly? due)
    {
        var task = new PlanTask { Id = id, Plan = plan, PlanId = plan.Id, Number = number, Title = title, Due = due };
        plan.Tasks.Add(task);
        Of<PlanTask>().Add(task);
        return task;
    }

    private static void Assign(PlanTask task, string agency, string role) =>
        task.Assignments.Add(new Assignment { Task = task, TaskId = task.Id, Agency = agency, Role = role });

    private void Happened(long id, Locality locality, DateOnly day, string audience, int learners, int? confirmed, decimal cost) =>
        Of<Fact>().Add(new Fact { Id = id, Locality = locality, LocalityId = locality.Id, Day = day, Audience = audience, Learners = learners, Confirmed = confirmed, Cost = cost });
}
