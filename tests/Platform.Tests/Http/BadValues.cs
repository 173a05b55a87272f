using System.Text;
using System.Text.Json.Nodes;

namespace Platform.Tests.Http;

/// <summary>What nobody should send and somebody will; the same ones in every run.</summary>
internal static class BadValues
{
    /// <summary>Texts for addresses, parameters and headers, before they are escaped.</summary>
    internal static readonly string[] Texts =
    [
        "", " ", "0", "-1", "1", "99999999999999999999999999", "1e400", "NaN", "0x1F", "1,5", "null", "true", "[]", "{}", "*", "%", "_",
        "' or 1=1 --", "'; drop table plans; --", "\" or \"\"=\"", "1; select pg_sleep(1)", "${7*7}", "{{7*7}}", "<script>alert(1)</script>", "javascript:alert(1)", "..\\..\\etc", "a\r\nX-Injected: 1",
        "\u0000", "a\u0000b", "\u0001\u001f\u007f", "\ufeff", "\u202e", "Hòa Lạc", "Ho\u0300a La\u0323c", "𝔘𝔫𝔦", "👩‍👩‍👧‍👦", "İstanbul", "2026-02-30", "0001-01-01", "9999-12-31T23:59:59.9999999+14:00", "2026-01-01T00:00:00",
        new string('9', 400), new string('a', 3000), "00000000-0000-0000-0000-000000000000", "0190a000-0000-7000-8000-000000000000", "01", "66", "05953", "05953 ", "０５９５３",
    ];

    /// <summary>Escapes that are no text.</summary>
    internal static readonly string[] Escapes = ["%00", "%ff", "%c0%af", "%ED%A0%80", "%zz", "%", "%u1234", "%25%30%30"];

    /// <summary>Of what can be written, the values at the ends of what can be read; every parameter is tried with all of them.</summary>
    internal static readonly string[] Parameters = ["%00", "a%00b", "0001-01-01", "9999-12-31", "2147483647", "-2147483648", new string('a', 9000)];

    /// <summary>JSON values as they are written, also where no JSON type holds them.</summary>
    internal static readonly string[] Values =
    [
        "null", "true", "false", "0", "-1", "1.5", "1e400", "-1e-400", "99999999999999999999999999999", "2147483648", "32768", "\"\"", "\" \"", "\"x\"", "[]", "{}", "[null]", "[[]]", "[{}]", "{\"a\":null}",
        "\"\\u0000\"", "\"\\ud800\"", "\"\\udc00\\ud800\"", "\"\\u202e\\ufeff\"", "\"'; drop table plans; --\"", "\"<script>alert(1)</script>\"", "\"${7*7}\"", "\"2026-02-30\"", "\"0001-01-01\"", "\"9999-12-31T23:59:59.9999999+14:00\"",
        "\"-0001-01-01T00:00:00Z\"", "\"Citizens\"", "\"citizens\"", "\"0\"", "\"05953\"", "\"00000000-0000-0000-0000-000000000000\"", $"\"{new string('ế', 5000)}\"", $"\"{new string('x', 70_000)}\"", $"{new string('[', 60)}{new string(']', 60)}",
    ];

    /// <summary>Whole bodies.</summary>
    internal static readonly byte[][] Bodies =
    [
        .. ((string[])
        [
            "", " ", "{", "[", "nul", "{}", "[]", "null", "[null]", "[{}]", "\"x\"", "1", "true", "{\"a\":1}", "{\"a\":1,\"a\":2}", "{\"__proto__\":{}}", "{\"$type\":\"System.Object\"}", "// x\n{}", "{}{}", "{},", "'a'", "\ufeff{}",
            "{\"\\u0000\":1}", $"{{\"{new string('k', 20_000)}\":1}}", new string('[', 20_000), $"{new string('[', 300)}{new string(']', 300)}", string.Concat(Enumerable.Repeat("{\"a\":", 300)) + "1" + new string('}', 300),
            "<xml/>", "a=b&c=d", "--x\r\nContent-Disposition: form-data; name=\"f\"\r\n\r\n1\r\n--x--", "id,learner.id\n1", "\0\0\0\0",
        ]).Select(Encoding.UTF8.GetBytes),
        [0xff, 0xfe, 0x7b, 0x00, 0x7d, 0x00], [0x7b, 0x22, 0xc3, 0x28, 0x22, 0x3a, 0x31, 0x7d], [0x22, 0xed, 0xa0, 0x80, 0x22], [0x1f, 0x8b, 0x08, 0x00], [0x50, 0x4b, 0x03, 0x04],
    ];

    internal static readonly string[] Types =
    [
        "application/json", "application/json; charset=utf-16", "application/json; charset=nonsense", "text/json", "text/plain", "application/xml", "text/csv", "application/x-ndjson", "multipart/form-data; boundary=x", "multipart/form-data",
        "application/x-www-form-urlencoded", "application/octet-stream", "application/problem+json", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "*/*", "a/b; c=\"",
    ];

    /// <summary>Headers that a caller sets at will.</summary>
    internal static readonly (string Name, string Value)[] Headers =
    [
        ("Idempotency-Key", new string('k', 300)), ("Idempotency-Key", "' or 1=1 --"), ("Idempotency-Key", " "), ("If-Match", "x"), ("If-Match", "\"x\""), ("If-Match", "*"), ("If-Match", "W/\"1\", \"2\""), ("If-Match", "\"99999999999999999999\""),
        ("If-None-Match", "\"x"), ("If-Modified-Since", "yesterday"), ("Accept", "nonsense"), ("Accept", "application/xml;q=2"), ("Accept-Language", "en;q=9,,;"), ("Accept-Language", new string('v', 2000)), ("Accept-Encoding", "nonsense"),
        ("Prefer", "return=nonsense"), ("Range", "bytes=5-1"), ("Expect", "200-ok"), ("X-Forwarded-For", "' or 1=1"), ("X-Forwarded-Proto", "gopher"), ("X-Forwarded-Host", "<script>"), ("X-HTTP-Method-Override", "DELETE"), ("X-Tenant", "1"),
        ("traceparent", "00-zz-zz-zz"), ("Cookie", "platform-session=%00; =;"), ("Origin", "null"), ("X-Antiforgery-Token", "x"), ("Content-Encoding", "gzip"), ("Content-Encoding", "deflate"), ("Content-Language", "!"), ("Content-MD5", "x"),
    ];

    /// <summary>The body with one value at a random place replaced, left out, doubled or added.</summary>
    internal static byte[] Changed(JsonNode example, Random random)
    {
        const string hole = "\"\ue000\"";
        var copy = example.DeepClone();
        var places = new List<Action<JsonNode?>>();
        Collect(copy, places);
        if (places.Count == 0)
            return Encoding.UTF8.GetBytes(Values[random.Next(Values.Length)]);
        places[random.Next(places.Count)](JsonValue.Create("\ue000"));
        var text = copy.ToJsonString(new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }).Replace("\"\\uE000\"", hole, StringComparison.OrdinalIgnoreCase);
        return Encoding.UTF8.GetBytes(text.Replace(hole, Values[random.Next(Values.Length)], StringComparison.Ordinal));
    }

    private static void Collect(JsonNode? node, List<Action<JsonNode?>> places)
    {
        if (node is JsonObject o)
        {
            foreach (var (name, value) in o.ToList())
            {
                places.Add(v => o[name] = v);
                Collect(value, places);
            }

            places.Add(v => o["khong-co"] = v);
        }
        else if (node is JsonArray a)
        {
            for (var i = 0; i < a.Count; i++)
            {
                var at = i;
                places.Add(v => a[at] = v);
                Collect(a[at], places);
            }

            places.Add(a.Add);
        }
    }
}
