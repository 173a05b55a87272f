using System.Text.Json.Nodes;
using Platform.OData.Parsing;
using Platform.OData.Tests.World;
using Xunit;

namespace Platform.OData.Tests.Caching;

/// <summary>Plans are made with stand-ins for what was written in a request; an answer holds what was written.</summary>
public sealed class StandInTests(Province province)
{
    private const string Plan = "Plans(00000000-0000-7000-8000-000000000001)";

    private static readonly string[] StandIns =
    [
        .. Enumerable.Range(0, 8).SelectMany(number => new[] { typeof(string), typeof(Guid) }, (number, type) => RequestShape.StandIn(number, type).ToString()!),
    ];

    [Theory]
    [InlineData(Plan + "/Number", Plan + "/Number")]
    [InlineData(Plan + "/Locality/Name", Plan + "/Locality/Name")]
    [InlineData("Assignments(TaskId=12,Agency='S%E1%BB%9F%20GD%26%C4%90T')/Role", "Assignments(TaskId=12,Agency='S%E1%BB%9F%20GD%26%C4%90T')/Role")]
    [InlineData("Assignments(TaskId=12,Agency='a''b')/Role", "")]
    [InlineData("Plans(@k)/Number?@k=00000000-0000-7000-8000-000000000001", Plan + "/Number")]
    public async Task A_property_names_the_keys_that_led_to_it(string url, string context)
    {
        for (var time = 0; time < 2; time++)
        {
            using var response = await province.Send(url);
            var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            Assert.All(StandIns, standIn => Assert.DoesNotContain(standIn, text, StringComparison.OrdinalIgnoreCase));
            if (context.Length > 0)
                Assert.EndsWith("$metadata#" + Uri.UnescapeDataString(context), Uri.UnescapeDataString((string)JsonNode.Parse(text)!["@odata.context"]!), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Two_keys_of_one_shape_are_told_apart()
    {
        Assert.EndsWith("#Plans(00000000-0000-7000-8000-000000000003)/Number", (string)(await province.Json("Plans(00000000-0000-7000-8000-000000000003)/Number"))["@odata.context"]!, StringComparison.Ordinal);
        Assert.EndsWith("#" + Plan + "/Number", (string)(await province.Json(Plan + "/Number"))["@odata.context"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_answer_of_any_form_holds_a_stand_in()
    {
        string[] urls =
        [
            Plan, Plan + "/Number", Plan + "/Number/$value", Plan + "/Targets", Plan + "/Targets(1)", Plan + "/Targets(1)/Value", Plan + "/Targets/$count", Plan + "/$ref", Plan + "/Targets/$ref", Plan + "/Locality/$ref",
            Plan + "/Test.Analytics.Plan", Plan + "?$expand=Targets,Locality($select=Name),Tasks/$ref", Plan + "/Nothing", Plan + "/Number/Nothing", "Plans(00000000-0000-7000-8000-00000000ffff)", "Plans('x')", "Plans('x')/Number",
            "Plans?$filter=Number eq '05-KH/BCĐ'&$top=1&$count=true", "Plans?$filter=Number gt '0'&$orderby=Number", "Plans?$filter=Id ne 00000000-0000-7000-8000-000000000001", "Plans?$filter=Numbr eq 'a'", "Plans?$filter=Number eq 'a' and",
            "Plans?$filter=Number eq 'a' add 1", "Plans?$filter=unknown(Number,'a')", "Plans?$filter=cast('a',Edm.Int32) eq 1", "Plans?$filter=matchesPattern(Number,'(')", "Plans/$filter(Number eq '05-KH/BCĐ')", "Plans/$filter(Number eq '05-KH/BCĐ')/$count",
            "Facts?$apply=filter(Audience eq 'Citizens')/groupby((Audience),aggregate(Learners with sum as N))", "Facts?$apply=compute('a' as A)/groupby((A))", "Facts?$apply=compute(concat(Audience,'b') as A)", "Facts?$apply=filter(Audience eq 'a')/nonsense('a')",
            "Facts?$apply=compute(case(Audience eq 'Citizens':'yes',true:'no') as A)/groupby((A),aggregate($count as N))", "Localities?$expand=Children($filter=Name eq 'Kha Sơn')&$filter=Code eq '19'", "Assignments(TaskId=11,Agency='S%E1%BB%9F%20KH%26CN')",
            "Assignments(TaskId=11,Agency='T%E1%BB%89nh%20%C4%91o%C3%A0n')/Task/Title", "Assignments(TaskId=11,Agency='none')", "Assignments(TaskId=11,Agency='none')/Role",
        ];
        foreach (var url in urls)
            foreach (var level in new[] { "minimal", "full", "none" })
                for (var time = 0; time < 2; time++)
                {
                    using var response = await province.Send(url, headers: [("Accept", $"application/json;odata.metadata={level}"), ("Prefer", "odata.maxpagesize=1"), ("Accept-Language", time == 0 ? "vi" : "en")]);
                    var whole = $"{response.Headers}{response.Content.Headers}{await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)}";
                    Assert.True((int)response.StatusCode < 500 || (int)response.StatusCode == 501, $"{url} gave {(int)response.StatusCode}");
                    Assert.All(StandIns, standIn => Assert.False(whole.Contains(standIn, StringComparison.OrdinalIgnoreCase), $"{url} ({level}): {whole}"));
                }
    }
}
