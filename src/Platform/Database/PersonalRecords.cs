namespace Platform.Database;

/// <summary>
/// Says of an entity that its rows are about people: about whom, why, on which ground, for how long. The register of processing
/// (Luật 91/2025/QH15) is made of these; a property that no <see cref="PersonalAttribute"/> names fails a test.
/// </summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class PersonalRecordsAttribute(Concerned about, Purpose purpose, LegalGround ground, Keeping kept) : Attribute
{
    /// <summary>About whom.</summary>
    public Concerned About => about;

    /// <summary>What for.</summary>
    public Purpose Purpose => purpose;

    /// <summary>By which right.</summary>
    public LegalGround Ground => ground;

    /// <summary>For how long.</summary>
    public Keeping Kept => kept;
}

/// <summary>What some of an entity's properties hold, and how.</summary>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
public sealed class PersonalAttribute(DataKind kind, Form form, params string[] properties) : Attribute
{
    /// <summary>What they say of a person.</summary>
    public DataKind Kind => kind;

    /// <summary>How they lie in the database.</summary>
    public Form Form => form;

    /// <summary>The properties' names.</summary>
    public IReadOnlyList<string> Properties => properties;
}

/// <summary>Whom records are about.</summary>
public enum Concerned
{
    /// <summary>People who learn.</summary>
    Learners,

    /// <summary>People who sign in.</summary>
    Staff,

    /// <summary>People who asked about their data.</summary>
    Requesters,

    /// <summary>Whoever did something here.</summary>
    Actors,
}

/// <summary>What records are for.</summary>
public enum Purpose
{
    /// <summary>To count learners and completions by locality.</summary>
    Figures,

    /// <summary>To recognise a learner who comes again, so that nobody is counted twice.</summary>
    Recognition,

    /// <summary>To give a vendor its rows back for mending.</summary>
    Mending,

    /// <summary>To let people in and nobody else.</summary>
    SignIn,

    /// <summary>To answer people's requests about their data in time.</summary>
    Requests,

    /// <summary>To be able to say who did what.</summary>
    Accountability,

    /// <summary>To answer a request that is sent again with the first answer.</summary>
    Repetition,
}

/// <summary>By which right records are kept: the person's consent, or what Điều 19 of Luật 91/2025/QH15 names beside it. Stored as numbers.</summary>
public enum LegalGround
{
    /// <summary>Sự đồng ý của chủ thể dữ liệu: the person agreed (Điều 9).</summary>
    Consent = 0,

    /// <summary>Trường hợp khác theo quy định của pháp luật: a law demands it (Điều 19.1.đ).</summary>
    LegalObligation = 1,

    /// <summary>Phục vụ hoạt động của cơ quan nhà nước, hoạt động quản lý nhà nước: a public body does what it is there for (Điều 19.1.c).</summary>
    PublicTask = 2,

    /// <summary>Thực hiện thỏa thuận của chủ thể dữ liệu: a contract or an appointment of the person (Điều 19.1.d).</summary>
    Contract = 3,

    /// <summary>Bảo vệ tính mạng, sức khỏe, quyền và lợi ích hợp pháp khi cấp bách: somebody's life or rights are in danger (Điều 19.1.a).</summary>
    Protection = 4,

    /// <summary>Giải quyết tình trạng khẩn cấp, nguy cơ đe dọa an ninh quốc gia: an emergency or a threat to security (Điều 19.1.b).</summary>
    Emergency = 5,
}

/// <summary>For how long records are kept.</summary>
public enum Keeping
{
    /// <summary>Until the person's erasure cuts the link; the counts stay.</summary>
    UntilErasure,

    /// <summary>For good: nothing in it leads to a person after an erasure.</summary>
    ForGood,

    /// <summary>As long as the rejected rows of an intake are offered.</summary>
    RejectedRows,

    /// <summary>Until the work it belongs to is done, and a few days.</summary>
    WhileWorked,

    /// <summary>As long as the account exists.</summary>
    Account,

    /// <summary>As long as the operator keeps the audit log.</summary>
    AuditLog,

    /// <summary>As long as an answer is kept for a repeated request.</summary>
    StoredAnswer,
}

/// <summary>What a value says of a person.</summary>
public enum DataKind
{
    /// <summary>Stands for a person without naming them.</summary>
    Pseudonym,

    /// <summary>What was learnt, when and how well.</summary>
    Learning,

    /// <summary>Where a person is counted.</summary>
    Place,

    /// <summary>A vendor, or what a vendor calls the row.</summary>
    Source,

    /// <summary>What a person is called.</summary>
    Name,

    /// <summary>How a person is reached.</summary>
    Contact,

    /// <summary>What proves who somebody is.</summary>
    Credential,

    /// <summary>What somebody may do.</summary>
    Role,

    /// <summary>When something happened.</summary>
    Moment,

    /// <summary>A network address or a device.</summary>
    Device,

    /// <summary>Somebody's own words.</summary>
    FreeText,

    /// <summary>Rows exactly as they were sent, citizen numbers included.</summary>
    AsSent,

    /// <summary>A number or state of the machine's own.</summary>
    Technical,
}

/// <summary>How a value lies in the database.</summary>
public enum Form
{
    /// <summary>As it is.</summary>
    Plain,

    /// <summary>Under a keyed hash that only the installation can make.</summary>
    Keyed,

    /// <summary>Hashed; it cannot be read again.</summary>
    Hashed,

    /// <summary>Encrypted.</summary>
    Encrypted,
}
