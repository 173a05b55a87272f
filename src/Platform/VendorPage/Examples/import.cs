using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;

namespace Vendor;

public static class Importing
{
    private const string List = """
        DANH SÁCH LỚP 12
        Họ tên;Email;Số điện thoại;Ngày hoàn thành;Điểm;Kết quả
        Nguyễn Văn An;an.lop12@example.vn;;31/03/2026;8,5;Hoàn thành
        Trần Thị Bình;;0912 345 678;31/03/2026;4;Chưa hoàn thành
        Lê Văn Chi;;;31/03/2026;11;Giỏi
        """;

    // A class as your platform exports it (CSV or XLSX): the preset danh-sach-lop knows its columns, the rest is said for the whole file.
    public static async Task<JsonObject> Import(HttpClient platform, string commune)
    {
        using var list = new StringContent(List, Encoding.UTF8, new MediaTypeHeaderValue("text/csv", "utf-8"));
        var whole = $"mapping=danh-sach-lop&locality={commune}&course=KNS-CD-01&audience=Citizens&name=lop-12.csv";
        using var sent = await platform.PostAsync(new Uri($"/v1/imports?{whole}", UriKind.Relative), list);
        sent.EnsureSuccessStatusCode();
        while ((string?)(await platform.GetFromJsonAsync<JsonObject>(sent.Headers.Location))!["state"] is "Waiting" or "Running")
            await Task.Delay(1_000);
        return (await platform.GetFromJsonAsync<JsonObject>($"{sent.Headers.Location}/report"))!;
    }
}
