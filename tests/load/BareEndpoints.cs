using System.Text.Json;
using Npgsql;

namespace Platform.Load;

/// <summary>What the same questions cost without tenancy, access and OData: SQL by hand, pooled and prepared, written as JSON.</summary>
internal static class BareEndpoints
{
    internal static async Task<WebApplication> Start(string connection)
    {
        var source = new NpgsqlDataSourceBuilder(new NpgsqlConnectionStringBuilder(connection) { MaxAutoPrepare = 20, MaxPoolSize = 20 }.ConnectionString).Build();
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        foreach (var question in Question.All)
            app.MapGet("/" + question.Name, http => Answer(http, source, question.Sql));
        await app.StartAsync();
        return app;
    }

    private static async Task Answer(HttpContext http, NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        var given = http.Request.Query;
        for (var number = 1; number <= 3 && Enumerable.Range(number, 4 - number).Any(later => sql.Contains($"${later}", StringComparison.Ordinal)); number++)
            command.Parameters.Add(new NpgsqlParameter { Value = number == 1 ? (string)given["1"]! : Guid.Parse((string)given[$"{number}"]!) });
        await using var reader = await command.ExecuteReaderAsync(http.RequestAborted);
        http.Response.ContentType = "application/json";
        await using var writer = new Utf8JsonWriter(http.Response.BodyWriter);
        writer.WriteStartArray();
        while (await reader.ReadAsync(http.RequestAborted))
        {
            writer.WriteStartObject();
            for (var i = 0; i < reader.FieldCount; i++)
            {
                writer.WritePropertyName(reader.GetName(i));
                if (reader.IsDBNull(i))
                    writer.WriteNullValue();
                else
                    JsonSerializer.Serialize(writer, reader.GetValue(i));
            }

            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }
}
