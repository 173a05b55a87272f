using System.Text.Json.Nodes;
using Platform.Analytics;
using Platform.CommandLine;

namespace Platform.Tests.Shape;

public sealed class ContractTests
{
    private static readonly string[] Methods = ["get", "put", "post", "patch", "delete"];

    [Fact]
    public async Task The_committed_contract_is_what_the_server_serves()
    {
        var served = await Verbs.Contract(TestContext.Current.CancellationToken);
        Assert.True(
            Repository.Read("openapi/platform.v1.json") == served,
            "The API changed. Write the contract anew and review its difference: dotnet run --project src/Platform -- openapi");
    }

    [Fact]
    public void The_committed_OData_metadata_is_what_the_server_serves() =>
        Assert.True(
            Repository.Read("openapi/analytics.csdl.xml") == AnalyticsModel.Contract(),
            "The OData model changed. Write it anew and review its difference: dotnet run --project src/Platform -- openapi");

    [Fact]
    public void Every_operation_has_a_unique_id_a_summary_and_an_example_of_its_body()
    {
        var operations = Operations().ToList();
        Assert.True(operations.Count > 30);
        Assert.Empty(operations.GroupBy(o => (string?)o["operationId"]).Where(g => g.Key is null || g.Count() > 1).Select(g => g.Key));
        Assert.Empty(operations.Where(o => string.IsNullOrWhiteSpace((string?)o["summary"])).Select(o => (string?)o["operationId"]));
        Assert.Empty(
            from operation in operations
            let json = operation["requestBody"]?["content"]?["application/json"]
            where json is not null && json["example"] is null
            select (string?)operation["operationId"]);
    }

    [Fact]
    public void Every_problem_response_is_RFC_9457()
    {
        var wrong =
            from operation in Operations()
            from response in operation["responses"]!.AsObject()
            where response.Key[0] is '4' or '5' && (string?)operation["operationId"] is not ("IssueToken" or "IntrospectToken" or "RevokeToken")
                && response.Value!["content"]?["application/problem+json"] is null
            select $"{operation["operationId"]} {response.Key}";
        Assert.Empty(wrong);
    }

    private static IEnumerable<JsonNode> Operations() =>
        from path in JsonNode.Parse(Repository.Read("openapi/platform.v1.json"))!["paths"]!.AsObject()
        from operation in path.Value!.AsObject()
        where Methods.Contains(operation.Key)
        select operation.Value;
}
