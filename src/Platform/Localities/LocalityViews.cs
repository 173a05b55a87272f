using System.Linq.Expressions;
using System.Text.Json.Serialization;
using Platform.Http;

namespace Platform.Localities;

/// <summary>A province or commune as listed; where a reorganisation has ended it, with its last day.</summary>
public sealed record LocalityView(string Code, LocalityLevel Level, string Kind, string Name, string ProvinceCode, string ProvinceName, DateOnly? ValidTo)
{
    internal static LocalityView Of(LocalityEntry entry, LocalityEntry province) =>
        new(entry.Code, entry.Level, entry.Kind, entry.Name, province.Code, province.Name, entry.ValidTo);
}

/// <summary>A province or commune with all its names.</summary>
/// <param name="Code">Official code: two digits for a province, five for a commune.</param>
/// <param name="Level">Province or Commune.</param>
/// <param name="Kind">Tỉnh, Thành phố, Xã, Phường, Đặc khu.</param>
/// <param name="Name">The present name.</param>
/// <param name="ProvinceCode">The province it lies in; its own code for a province.</param>
/// <param name="ProvinceName">That province's name.</param>
/// <param name="Communes">How many communes a province has today; null for a commune.</param>
/// <param name="ValidFrom">Its first day.</param>
/// <param name="ValidTo">Its last day, where a reorganisation has ended it.</param>
/// <param name="Successors">Codes of the communes of today that came of it, where it has ended.</param>
/// <param name="Names">All names with the days they hold.</param>
public sealed record LocalityDetail(
    string Code, LocalityLevel Level, string Kind, string Name, string ProvinceCode, string ProvinceName, int? Communes,
    DateOnly ValidFrom, DateOnly? ValidTo, IReadOnlyList<string> Successors, IReadOnlyList<LocalityNameView> Names);

/// <summary>A name with its first and last day; a null last day means it holds today.</summary>
public sealed record LocalityNameView(string Kind, string Name, DateOnly ValidFrom, DateOnly? ValidTo);

/// <summary>An agency.</summary>
public sealed record AgencyView(Guid Id, string Key, string Name, AgencyKind Kind)
{
    internal static readonly Expression<Func<Agency, AgencyView>> Of = a => new AgencyView(a.Id, a.Key, a.Name, a.Kind);
}

/// <summary>An agency as sent.</summary>
/// <param name="Key">Short ASCII name, unique in the locality; made of the name when left out.</param>
/// <param name="Name">Full name, at most 300 characters.</param>
/// <param name="Kind">Department, Police, YouthUnion …</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record AgencyContent(string? Key, string? Name, AgencyKind? Kind)
{
    internal Agency Validate(Agency agency)
    {
        var faults = new Faults();
        agency.Name = faults.Text("/name", Name, 300);
        agency.Kind = faults.Value("/kind", Kind);
        agency.Key = VietnameseText.Slug(faults.Optional("/key", Key, 80) ?? agency.Name, longest: 80);
        if (agency.Key.Length == 0 && agency.Name.Length > 0)
            faults.Add("/key", Problems.Required);
        faults.ThrowIfAny();
        return agency;
    }
}

/// <summary>Thôn, xóm, bản, tổ dân phố.</summary>
public sealed record VillageView(Guid Id, string Kind, string Name);

/// <summary>A village as sent: its kind (Thôn, Xóm, Bản, Tổ dân phố) and name.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record VillageContent(string? Kind, string? Name);
