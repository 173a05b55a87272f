using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Platform.Http;
using Platform.Learning;
using Platform.Tests.Http;

namespace Platform.Tests.Learning;

/// <summary>The short way of reading a completion says nothing that the serializer would not say.</summary>
public sealed class PlainCompletionTests
{
    private const string Row = """
        {"id":"a-1","learner":{"id":"h\u1ecdc vi\u00ean","citizenId":"001200000001"},"locality":"05953","course":"KNS-CD-01","audience":"Citizens","completedAt":"2026-03-01T08:00:00+07:00",
         "score":85.50,"passed":true,"revision":2,"reason":"Sửa điểm","legalGround":"Consent"}
        """;

    [Theory]
    [InlineData(Row)]
    [InlineData("{}")]
    [InlineData("""{"passed":null,"score":null,"learner":null,"audience":null,"completedAt":null,"revision":null,"legalGround":null,"id":null}""")]
    [InlineData("""{"learner":{},"score":1e2,"id":""}""")]
    public void What_nearly_all_send_is_read_the_short_way(string row) =>
        Assert.Equal(JsonSerializer.Deserialize<CompletionContent>(row, Json.Options), PlainCompletion.Read(Encoding.UTF8.GetBytes(row)));

    [Theory]
    [InlineData("""{"Id":"a"}""")]
    [InlineData("""{"id":"a","id":"b"}""")]
    [InlineData("""{"learner":{"id":"a","id":"a"}}""")]
    [InlineData("""{"learner":{"name":"a"}}""")]
    [InlineData("""{"learner":[]}""")]
    [InlineData("""{"audience":"citizens"}""")]
    [InlineData("""{"audience":4}""")]
    [InlineData("""{"score":"85"}""")]
    [InlineData("""{"revision":1.5}""")]
    [InlineData("""{"passed":"true"}""")]
    [InlineData("""{"id":1}""")]
    [InlineData("""{"unknown":1}""")]
    [InlineData("null")]
    [InlineData("[]")]
    public void Anything_else_is_left_to_the_serializer(string row) => Assert.Null(PlainCompletion.Read(Encoding.UTF8.GetBytes(row)));

    [Fact]
    public void Whatever_is_changed_in_a_row_both_ways_read_the_same()
    {
        var (random, example, plain) = (new Random(7), JsonNode.Parse(Row)!, 0);
        for (var i = 0; i < 5_000; i++)
        {
            var changed = BadValues.Changed(example, random);
            if (Short(changed) is not { } read)
                continue;
            plain++;
            Assert.Equal(JsonSerializer.Deserialize<CompletionContent>(changed, Json.Options), read);
        }

        Assert.InRange(plain, 500, 4_500);
    }

    private static CompletionContent? Short(byte[] row)
    {
        try
        {
            return PlainCompletion.Read(row);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            Assert.ThrowsAny<Exception>(() => JsonSerializer.Deserialize<CompletionContent>(row, Json.Options));
            return null;
        }
    }
}
