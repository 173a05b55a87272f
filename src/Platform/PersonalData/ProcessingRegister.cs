using System.Reflection;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Platform.Database;
using Platform.Http;
using Platform.Learning;
using Platform.Tenancy;

namespace Platform.PersonalData;

/// <summary>
/// The register of processing, made of what the entities say of themselves (<see cref="PersonalRecordsAttribute"/>): nothing is written
/// beside the model, so nothing can be forgotten in it.
/// </summary>
internal static class ProcessingRegister
{
    /// <summary>Every table about people, in order of name.</summary>
    internal static IEnumerable<ProcessingView> Of(IModel model, IReadOnlyList<SenderView> senders, IntakeOptions intake, bool english) =>
        from entity in model.GetEntityTypes()
        let records = entity.ClrType.GetCustomAttribute<PersonalRecordsAttribute>()
        where records is not null && entity.GetTableName() is not null
        orderby entity.GetTableName()
        select new ProcessingView(
            entity.GetTableName()!, Say(records.About).In(english), Say(records.Purpose).In(english), records.Ground, Say(records.Ground).In(english),
            Say(records.Kept, intake).In(english), Seen(entity).In(english),
            [.. from property in entity.GetProperties()
                from entry in Entries(entity)
                where entry.Properties.Contains(property.Name)
                select new ProcessedView(property.GetColumnName(), entry.Kind, Say(entry.Kind).In(english), entry.Form, Say(entry.Form).In(english))],
            typeof(CompletionRecord).IsAssignableFrom(entity.ClrType) ? senders : null);

    /// <summary>The properties of a table about people that no entry names.</summary>
    internal static IEnumerable<string> Missing(IReadOnlyEntityType entity)
    {
        var named = Entries(entity).SelectMany(e => e.Properties).ToHashSet();
        return entity.GetProperties().Select(p => p.Name).Where(p => !named.Contains(p)).Select(p => $"{entity.ClrType.Name}.{p}");
    }

    private static IEnumerable<PersonalAttribute> Entries(IReadOnlyEntityType entity) => entity.ClrType.GetCustomAttributes<PersonalAttribute>();

    // From what the policies of row-level security are made of.
    private static Explanation Seen(IReadOnlyEntityType entity) => entity.ClrType switch
    {
        var type when typeof(IPersonal).IsAssignableFrom(type) && entity.FindProperty("VendorId") is not null =>
            new("Quản trị viên của xã và đơn vị đã gửi dòng đó; tỉnh không xem được", "The commune's admin and the vendor that sent the row; no province"),
        var type when typeof(IPersonal).IsAssignableFrom(type) => new("Quản trị viên của xã; tỉnh không xem được", "The commune's admin; no province"),
        var type when typeof(IVendorOwned).IsAssignableFrom(type) => new("Chỉ đơn vị đã gửi", "The vendor that sent it, nobody else"),
        var type when typeof(ITenantOwned).IsAssignableFrom(type) => new("Quản trị viên của xã; tỉnh chỉ xem số đếm", "The commune's admin; the province sees counts"),
        var type when type == typeof(Audit.AuditEntry) => new("Kiểm toán viên; quản trị viên của xã, trong một yêu cầu của chính người đó", "Auditors; the commune's admin, within a request of the person"),
        var type when type == typeof(LearnerIdentity) => new("Không ai; chỉ máy chủ dùng để nhận ra", "Nobody; the server compares it"),
        _ => new("Chính người đó và người cấp quyền cho họ; khóa và mật khẩu thì không ai", "The person and those who look after their account; secrets nobody"),
    };

    private static Explanation Say(Concerned about) => about switch
    {
        Concerned.Learners => new("Người học", "People who learn"),
        Concerned.Staff => new("Người có tài khoản đăng nhập", "People who sign in"),
        Concerned.Requesters => new("Người gửi yêu cầu về dữ liệu của mình", "People who asked about their data"),
        _ => new("Người đã thực hiện thao tác", "Whoever did something here"),
    };

    private static Explanation Say(Purpose purpose) => purpose switch
    {
        Purpose.Figures => new("Thống kê người học và lượt hoàn thành theo địa phương", "To count learners and completions by locality"),
        Purpose.Recognition => new("Nhận ra người học đã biết để không đếm hai lần", "To recognise a learner who comes again, so that nobody is counted twice"),
        Purpose.Mending => new("Trả lại dòng bị từ chối để đơn vị gửi sửa", "To give a vendor its rows back for mending"),
        Purpose.SignIn => new("Cho đúng người đăng nhập", "To let the right people in"),
        Purpose.Requests => new("Trả lời yêu cầu của chủ thể dữ liệu đúng hạn", "To answer people's requests about their data in time"),
        Purpose.Accountability => new("Biết ai đã làm gì", "To be able to say who did what"),
        _ => new("Trả lời lại đúng như lần đầu khi yêu cầu được gửi lặp lại", "To answer a repeated request as the first time"),
    };

    internal static Explanation Say(LegalGround ground) => ground switch
    {
        LegalGround.Consent => new("Sự đồng ý của chủ thể dữ liệu", "The person's consent"),
        LegalGround.LegalObligation => new("Nghĩa vụ theo Luật 91/2025/QH15 và Nghị định 356/2025/NĐ-CP", "An obligation under Luật 91/2025/QH15 and Nghị định 356/2025/NĐ-CP"),
        LegalGround.PublicTask => new("Hoạt động của cơ quan nhà nước theo kế hoạch Bình dân học vụ số", "A public body's task under its plan for the movement"),
        LegalGround.Protection => new("Bảo vệ tính mạng, quyền và lợi ích hợp pháp khi cấp bách", "Somebody's life or rights are in danger"),
        LegalGround.Emergency => new("Giải quyết tình trạng khẩn cấp", "An emergency"),
        _ => new("Quan hệ công tác hoặc hợp đồng", "An appointment or a contract"),
    };

    private static Explanation Say(Keeping kept, IntakeOptions intake) => kept switch
    {
        Keeping.UntilErasure => new("Đến khi xóa theo yêu cầu: cắt liên kết với người đó, giữ số đếm", "Until an erasure cuts the link to the person; the counts stay"),
        Keeping.ForGood => new("Lưu lâu dài; sau khi xóa không còn dẫn tới ai", "For good; after an erasure nothing in it leads to anybody"),
        Keeping.RejectedRows => new($"{intake.RejectedDays} ngày", $"{intake.RejectedDays} days"),
        Keeping.WhileWorked => new("Đến khi xử lý xong; tệp được mã hóa và xóa sau đó", "Until the work is done; the encrypted file is removed then"),
        Keeping.Account => new("Khi tài khoản còn tồn tại", "As long as the account exists"),
        Keeping.AuditLog => new("Theo thời hạn lưu nhật ký của đơn vị vận hành", "As long as the operator keeps the audit log"),
        _ => new("Theo thời hạn của Idempotency-Key", "As long as an Idempotency-Key is remembered"),
    };

    private static Explanation Say(DataKind kind) => kind switch
    {
        DataKind.Pseudonym => new("Bí danh", "Pseudonym"),
        DataKind.Learning => new("Kết quả học tập", "Learning record"),
        DataKind.Place => new("Nơi được thống kê", "Where the person is counted"),
        DataKind.Source => new("Đơn vị gửi và mã của đơn vị đó", "The vendor and the vendor's own id"),
        DataKind.Name => new("Tên gọi", "Name"),
        DataKind.Contact => new("Thông tin liên hệ", "Contact"),
        DataKind.Credential => new("Thông tin xác thực", "Credential"),
        DataKind.Role => new("Quyền", "What the person may do"),
        DataKind.Moment => new("Thời điểm", "Moment"),
        DataKind.Device => new("Địa chỉ mạng, thiết bị", "Network address, device"),
        DataKind.FreeText => new("Lời ghi", "Free text"),
        DataKind.AsSent => new("Nguyên văn dòng được gửi, có thể có số định danh", "Rows as they were sent, citizen numbers included"),
        _ => new("Dữ liệu kỹ thuật", "Technical"),
    };

    private static Explanation Say(Form form) => form switch
    {
        Form.Plain => new("Rõ", "As it is"),
        Form.Keyed => new("Băm bằng khóa của hệ thống", "Keyed hash"),
        Form.Hashed => new("Băm, không đọc lại được", "Hashed, cannot be read again"),
        _ => new("Mã hóa", "Encrypted"),
    };
}

/// <summary>One table about people.</summary>
/// <param name="Table">Its name in the database.</param>
/// <param name="About">Whom it is about.</param>
/// <param name="Purpose">What it is for.</param>
/// <param name="Ground">Consent, LegalObligation, PublicTask or Contract.</param>
/// <param name="GroundText">The ground in words.</param>
/// <param name="Kept">For how long.</param>
/// <param name="SeenBy">Who sees it.</param>
/// <param name="Data">Its columns.</param>
/// <param name="Senders">Of what vendors send: by which right each declares to send it.</param>
public sealed record ProcessingView(
    string Table, string About, string Purpose, LegalGround Ground, string GroundText, string Kept, string SeenBy, IReadOnlyList<ProcessedView> Data,
    IReadOnlyList<SenderView>? Senders);

/// <summary>A vendor that declared by which right it sends.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Ground">Consent, LegalObligation, PublicTask, Contract, Protection or Emergency; single batches and rows may say another.</param>
/// <param name="GroundText">The same in words.</param>
/// <param name="Since">Since when.</param>
public sealed record SenderView(string Name, LegalGround Ground, string GroundText, DateTimeOffset Since);

/// <summary>One column about people.</summary>
/// <param name="Column">Its name in the database.</param>
/// <param name="Kind">What it says of a person.</param>
/// <param name="KindText">The same in words.</param>
/// <param name="Form">How it lies there.</param>
/// <param name="FormText">The same in words.</param>
public sealed record ProcessedView(string Column, DataKind Kind, string KindText, Form Form, string FormText);
