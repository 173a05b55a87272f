using System.Text.Json;
using Npgsql;
using Platform.CommandLine;

namespace Platform.Load;

/// <summary>What the same questions cost without tenancy, access and OData: SQL by hand, pooled and prepared, written as JSON.</summary>
internal static class BareEndpoints
{
    internal static async Task<WebApplication> Start(DevelopmentInstance instance)
    {
        var source = new NpgsqlDataSourceBuilder(new NpgsqlConnectionStringBuilder(instance.SuperuserConnection) { MaxAutoPrepare = 20, MaxPoolSize = 20 }.ConnectionString).Build();
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        foreach (var question in Comparison.Questions)
            app.MapGet("/" + question.Name, http => Answer(http, source, question.Sql));
        await app.StartAsync();
        return app;
    }

    private static async Task Answer(HttpContext http, NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
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
