using Platform.Localities;

namespace Platform.Tenants;

/// <summary>The bodies that nearly every commune has and that its plan gives work to. A commune changes them as it likes.</summary>
internal static class StandardAgencies
{
    /// <summary>Those of a commune: what is called after it carries its kind, as people there call it.</summary>
    internal static IEnumerable<Agency> Of(LocalityEntry commune)
    {
        var kind = commune.Kind.ToLowerInvariant();
        var isXa = kind == "xã";
        return
        [
            Made("dang-uy", "Đảng ủy", AgencyKind.Party, own: true),
            Made("ubnd", "Ủy ban nhân dân", AgencyKind.Government, own: true),
            Made("van-phong-hdnd-ubnd", "Văn phòng Hội đồng nhân dân và Ủy ban nhân dân", AgencyKind.Department),
            Made("phong-van-hoa-xa-hoi", "Phòng Văn hóa – Xã hội", AgencyKind.Department),
            Made("phong-kinh-te", isXa ? "Phòng Kinh tế" : "Phòng Kinh tế, Hạ tầng và Đô thị", AgencyKind.Department),
            Made("trung-tam-phuc-vu-hanh-chinh-cong", "Trung tâm Phục vụ hành chính công", AgencyKind.ServiceCentre),
            Made("cong-an", "Công an", AgencyKind.Police, own: true),
            Made("mttq", "Ủy ban Mặt trận Tổ quốc Việt Nam", AgencyKind.FatherlandFront, own: true),
            Made("doan-thanh-nien", "Đoàn Thanh niên", AgencyKind.YouthUnion, own: true),
            Made("hoi-phu-nu", "Hội Liên hiệp Phụ nữ", AgencyKind.WomensUnion, own: true),
            Made("tram-y-te", "Trạm Y tế", AgencyKind.ServiceCentre, own: true),
            Made("to-cong-nghe-so-cong-dong", "Tổ công nghệ số cộng đồng", AgencyKind.CommunityTeam),
        ];

        Agency Made(string key, string name, AgencyKind sort, bool own = false) => new()
        {
            TenantId = commune.Id,
            Id = Guid.CreateVersion7(),
            Key = own ? $"{key}-{VietnameseText.Slug(kind)}" : key,
            Name = own ? $"{name} {kind}" : name,
            Kind = sort,
        };
    }
}
