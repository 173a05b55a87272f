using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Platform.Database;
using Platform.Localities;
using Platform.Tenancy;

namespace Platform.PersonalData;

/// <summary>What a person asks for.</summary>
public enum RequestKind
{
    /// <summary>To be told what is stored.</summary>
    Access,

    /// <summary>To have it put right; the vendor sends a higher revision.</summary>
    Correction,

    /// <summary>To be forgotten.</summary>
    Erasure,

    /// <summary>To have the processing stopped.</summary>
    Objection,
}

/// <summary>How far a request is.</summary>
public enum RequestState
{
    /// <summary>Recorded.</summary>
    Received,

    /// <summary>Somebody works on it; now, and only now, the person's records may be exported or erased.</summary>
    InProgress,

    /// <summary>Answered as asked.</summary>
    Done,

    /// <summary>Answered with a refusal and its reason.</summary>
    Refused,
}

/// <summary>How a request came.</summary>
public enum RequestChannel
{
    /// <summary>At the counter.</summary>
    InPerson,

    /// <summary>By letter.</summary>
    Post,

    /// <summary>By e-mail.</summary>
    Email,

    /// <summary>By telephone.</summary>
    Phone,

    /// <summary>Through the public service portal.</summary>
    Portal,
}

/// <summary>
/// A person's request about their data, and its clock. Says nothing of the person, so that the province may count it; who asked is in
/// <see cref="PersonRequestSubject"/>.
/// </summary>
[PersonalRecords(Concerned.Requesters, Purpose.Requests, LegalGround.LegalObligation, Keeping.ForGood)]
[Personal(DataKind.Place, Form.Plain, nameof(PersonRequest.TenantId))]
[Personal(DataKind.Moment, Form.Plain, nameof(PersonRequest.ReceivedAt), nameof(PersonRequest.DueAt), nameof(PersonRequest.RecordedAt), nameof(PersonRequest.BegunAt), nameof(PersonRequest.AnsweredAt))]
[Personal(DataKind.Name, Form.Plain, nameof(PersonRequest.RecordedBy), nameof(PersonRequest.AnsweredBy))]
[Personal(DataKind.Technical, Form.Plain, nameof(PersonRequest.Id), nameof(PersonRequest.Kind), nameof(PersonRequest.Channel), nameof(PersonRequest.State), nameof(PersonRequest.ErasedCompletions), nameof(PersonRequest.ErasedNames))]
public sealed class PersonRequest : IDespiteSuspension
{
    public short TenantId { get; set; }

    public Guid Id { get; set; }

    public RequestKind Kind { get; set; }

    public RequestChannel Channel { get; set; }

    public RequestState State { get; set; }

    /// <summary>When the person asked.</summary>
    public DateTimeOffset ReceivedAt { get; set; }

    /// <summary>When the last working day for the answer ends.</summary>
    public DateTimeOffset DueAt { get; set; }

    public DateTimeOffset RecordedAt { get; set; }

    public required string RecordedBy { get; set; }

    public DateTimeOffset? BegunAt { get; set; }

    public DateTimeOffset? AnsweredAt { get; set; }

    public string? AnsweredBy { get; set; }

    /// <summary>Of an erasure: how many completions were cut from the person.</summary>
    public int? ErasedCompletions { get; set; }

    /// <summary>Of an erasure: how many names were removed.</summary>
    public int? ErasedNames { get; set; }
}

/// <summary>Whom a request is about, under pseudonyms only, and what was written down of it, sealed under the tenant's key.</summary>
[PersonalRecords(Concerned.Requesters, Purpose.Requests, LegalGround.LegalObligation, Keeping.UntilErasure)]
[Personal(DataKind.Place, Form.Plain, nameof(PersonRequestSubject.TenantId))]
[Personal(DataKind.Pseudonym, Form.Keyed, nameof(PersonRequestSubject.Names))]
[Personal(DataKind.Pseudonym, Form.Plain, nameof(PersonRequestSubject.LearnerId))]
[Personal(DataKind.FreeText, Form.Encrypted, nameof(PersonRequestSubject.Note), nameof(PersonRequestSubject.Reason))]
[Personal(DataKind.Technical, Form.Plain, nameof(PersonRequestSubject.RequestId))]
public sealed class PersonRequestSubject : IPersonal, IDespiteSuspension, IBookkeeping
{
    public short TenantId { get; set; }

    public Guid RequestId { get; set; }

    /// <summary>The person's name as it was given, under each key of pseudonyms; empty after an erasure.</summary>
    public List<Guid> Names { get; set; } = [];

    /// <summary>The learner whom the name meant when work began; null while unknown, and after an erasure.</summary>
    public Guid? LearnerId { get; set; }

    public byte[]? Note { get; set; }

    public byte[]? Reason { get; set; }
}

internal sealed class PersonRequestMapping : IEntityTypeConfiguration<PersonRequest>, IEntityTypeConfiguration<PersonRequestSubject>
{
    public void Configure(EntityTypeBuilder<PersonRequest> builder)
    {
        builder.HasKey(r => new { r.TenantId, r.Id });
        builder.Property(r => r.Id).ValueGeneratedNever();
        builder.Property(r => r.RecordedBy).HasMaxLength(80);
        builder.Property(r => r.AnsweredBy).HasMaxLength(80);
        builder.HasOne<Locality>().WithMany().HasForeignKey(r => r.TenantId).OnDelete(DeleteBehavior.Restrict);
    }

    public void Configure(EntityTypeBuilder<PersonRequestSubject> builder)
    {
        builder.HasKey(s => new { s.TenantId, s.RequestId });
        builder.Property(s => s.Note).HasMaxLength(8_200);
        builder.Property(s => s.Reason).HasMaxLength(8_200);
        builder.HasOne<PersonRequest>().WithOne().HasForeignKey<PersonRequestSubject>(s => new { s.TenantId, s.RequestId });
    }
}
