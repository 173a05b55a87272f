using Platform.Learning.Formats;
using Platform.Tenancy;

namespace Platform.Imports;

/// <summary>A vendor's own mapping of columns, under a name.</summary>
public sealed class SavedMapping : IVendorOwned
{
    public short VendorId { get; set; }

    public required string Name { get; set; }

    /// <summary>The <see cref="ColumnMapping"/> as JSON.</summary>
    public required string Content { get; set; }

    public DateTimeOffset UpdatedAt { get; set; }
}

/// <summary>Mappings that every vendor has: what widespread platforms export. What such a table does not say is given for the whole file.</summary>
internal static class MappingPresets
{
    // The keyed pseudonym of learner and course is the completion's id: the same table sent again is all duplicates.
    internal static IReadOnlyDictionary<string, ColumnMapping> All { get; } = new Dictionary<string, ColumnMapping>(StringComparer.Ordinal)
    {
        // Open edX, instructor dashboard, grade report: grades from 0 to 1, Y or N for the certificate; the day is not in it.
        ["open-edx-grade-report"] = new(new Dictionary<string, FieldSource>
        {
            ["id"] = new() { Template = "open-edx {=course} {=learner.id}", Pseudonym = true },
            ["learner.id"] = new() { Columns = ["Student ID", "id"] },
            ["score"] = new() { Columns = ["Grade"], Scale = 1, Refused = ["Not Attempted", "N/A"] },
            // Who is eligible has passed, whether the certificate was issued yet or not; it is also issued to those whom somebody exempted.
            ["passed"] = new() { Columns = ["Certificate Eligible", "Certificate Delivered"], Values = new Dictionary<string, string> { ["Y"] = "true", ["N"] = "" }, Otherwise = "false" },
        }),

        // A class as Vietnam's platforms export it to Excel: names are read over; the e-mail, else the phone, else the citizen number makes the pseudonym.
        ["danh-sach-lop"] = new(new Dictionary<string, FieldSource>
        {
            ["id"] = new() { Template = "danh-sach-lop {=course} {=learner}", Pseudonym = true },
            ["learner.id"] = new()
            {
                Columns = ["Email", "Thư điện tử", "Số điện thoại", "Điện thoại", "SĐT"],
                Contact = true,
                Optional = true,
                // How people write that there is none.
                Values = new Dictionary<string, string> { ["-"] = "", ["0"] = "", ["x"] = "", ["N/A"] = "", ["Không"] = "", ["Không có"] = "", ["Chưa có"] = "" },
            },
            ["locality"] = new() { Columns = ["Mã xã", "Mã xã/phường", "Mã địa phương"] },
            ["learner.citizenId"] = new() { Columns = ["Số định danh", "Số CCCD", "CCCD"], Optional = true },
            ["course"] = new() { Columns = ["Mã khóa học", "Khóa học"] },
            ["audience"] = new() { Columns = ["Nhóm đối tượng", "Đối tượng"], Optional = true },
            ["completedAt"] = new() { Columns = ["Ngày hoàn thành", "Thời gian hoàn thành"] },
            ["score"] = new() { Columns = ["Điểm", "Điểm số"], Scale = 10, Optional = true },
            ["passed"] = new()
            {
                Columns = ["Kết quả", "Đạt", "Trạng thái"],
                Optional = true,
                Refused = ["Chưa học", "Chưa bắt đầu", "Đang học"],
                Values = new Dictionary<string, string>
                {
                    ["Hoàn thành"] = "true",
                    ["Đã hoàn thành"] = "true",
                    ["Chưa hoàn thành"] = "false",
                },
            },
        }),
    };
}

/// <summary>A mapping with its name.</summary>
/// <param name="Name">How <c>POST /v1/imports?mapping=</c> names it.</param>
/// <param name="IsPreset">True for those that every vendor has.</param>
/// <param name="Mapping">Where each field comes from.</param>
/// <param name="UpdatedAt">When it was saved; null for presets.</param>
public sealed record MappingView(string Name, bool IsPreset, ColumnMapping Mapping, DateTimeOffset? UpdatedAt);
