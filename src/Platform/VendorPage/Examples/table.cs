using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;

namespace Vendor;

public static class SendingTables
{
    // As Excel saves it: «CSV UTF-8», columns in Vietnamese or English, parted by ; or ,
    private const string Table = """
        Mã hoàn thành;Mã người học;Mã xã;Khóa học;Nhóm đối tượng;Ngày hoàn thành;Điểm;Đạt
        bang/hv-1;hv-1;05953;KNS-CD-01;Người dân;03/03/2026;85,5;Đạt
        bang/hv-2;hv-2;05953;KNS-CD-01;Người dân;03/03/2026;40;Không đạt
        """;

    public static async Task Send(HttpClient platform, Action<string> print)
    {
        using var content = new StringContent(Table, Encoding.UTF8, new MediaTypeHeaderValue("text/csv", "utf-8"));
        using var answer = await platform.PostAsync(new Uri("/v1/completions", UriKind.Relative), content);
        foreach (var row in (await answer.Content.ReadFromJsonAsync<JsonObject>())!["results"]!.AsArray())
            print($"{row!["id"]} {row["outcome"]} {row["problems"]?[0]?["code"]}");
    }
}
