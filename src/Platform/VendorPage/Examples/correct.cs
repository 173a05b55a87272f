using System.Net.Http.Json;

namespace Vendor;

public static class Correcting
{
    // A higher revision corrects what you sent; what is void counts no more. Both keep their history and say why.
    public static async Task<string> Correct(HttpClient platform, string commune)
    {
        var id = $"lop-12/hv-{DateTime.UtcNow.Ticks}";
        var one = $"/v1/completions/{Uri.EscapeDataString(id)}";
        await Post("/v1/completions", new[] { Row(58, 1, null) });
        await Post("/v1/completions", new[] { Row(85, 2, "Nhập nhầm điểm") });
        await Post($"{one}/voiding", new { reason = "Học viên đã rút khỏi lớp" });
        return await platform.GetStringAsync(new Uri($"{one}/history", UriKind.Relative));

        object Row(int score, int revision, string? reason) => new
        {
            id,
            learner = new { id = "hv-4" },
            locality = commune,
            course = "KNS-CD-01",
            audience = "Citizens",
            completedAt = "2026-03-01T08:00:00+07:00",
            score,
            revision,
            reason,
        };

        async Task Post(string path, object body)
        {
            using var answer = await platform.PostAsJsonAsync(new Uri(path, UriKind.Relative), body);
            answer.EnsureSuccessStatusCode();
        }
    }
}
