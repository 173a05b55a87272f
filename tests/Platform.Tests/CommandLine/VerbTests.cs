using Npgsql;

namespace Platform.Tests.CommandLine;

/// <summary>The verbs of the executable, and how <c>serve</c> behaves outside Development.</summary>
public sealed class VerbTests(World world)
{
    [Theory]
    [InlineData("", "serve", "migrate", "openapi", "sample", "operator")]
    [InlineData("serve", "--urls", "--data")]
    [InlineData("migrate", "--script", "--provider")]
    [InlineData("openapi", "--output")]
    [InlineData("sample", "--data")]
    [InlineData("operator", "<client-id>")]
    public async Task Every_verb_explains_itself(string verb, params string[] words)
    {
        using var help = await Executable.Start("Production", [], [.. verb.Length > 0 ? [verb] : (string[])[], "--help"]).Ended();
        Assert.Equal(0, help.ExitCode);
        Assert.Empty(help.Errors);
        Assert.All(words, w => Assert.Contains(help.Output, l => l.Contains(w, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task An_unknown_verb_is_refused()
    {
        using var run = await Executable.Start("Production", [], "server").Ended();
        Assert.Equal(1, run.ExitCode);
        Assert.NotEmpty(run.Errors);
    }

    [Theory]
    [InlineData("serve")]
    [InlineData("migrate")]
    [InlineData("sample")]
    public async Task Outside_Development_a_verb_without_configuration_fails_with_one_clear_line(string verb)
    {
        using var run = await Executable.Start("Production", [], verb).Ended();
        Assert.Equal(1, run.ExitCode);
        Assert.Matches("^platform: .*(must be set|is not configured)", Assert.Single(run.Errors));
        Assert.Empty(run.Output);
    }

    [Fact]
    public async Task Outside_Development_serve_serves_a_migrated_database_under_the_application_role()
    {
        using var run = Serve(world.Instance.Database.ApplicationConnection!);
        using var client = new HttpClient { BaseAddress = new Uri(await run.Ready()) };
        Assert.Equal(200, (await client.Ask("GET", "/health")).Status);
        Assert.Equal("Kha Sơn", (await client.Ask("GET", "/v1/localities/05953")).Body!["name"]!.ToString());
    }

    [Fact]
    public async Task Serve_refuses_the_role_that_owns_the_tables()
    {
        using var run = await Serve(world.Instance.Database.OwnerConnection!).Ended();
        Assert.Equal(1, run.ExitCode);
        Assert.Equal(
            "platform: Refused to start: the role owns the tables, so tenants would not be kept apart. Connect as the application role that migrate prepared.",
            Assert.Single(run.Errors));
    }

    [Fact]
    public async Task Outside_Development_serve_never_migrates()
    {
        var empty = new NpgsqlConnectionStringBuilder(world.Instance.Database.ApplicationConnection) { Database = "postgres", Pooling = false }.ConnectionString;
        using var run = await Serve(empty).Ended();
        Assert.Equal(1, run.ExitCode);
        Assert.Equal("platform: Refused to start: the database lacks migrations. Run the verb migrate as its owner first.", Assert.Single(run.Errors));
        await using var connection = new NpgsqlConnection(empty);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var tables = new NpgsqlCommand("select count(*) from pg_tables where schemaname not in ('pg_catalog', 'information_schema')", connection);
        Assert.Equal(0L, await tables.ExecuteScalarAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task The_migration_script_of_each_engine_is_printed_without_a_database()
    {
        using var postgres = await Executable.Start("Production", [], "migrate", "--script").Ended();
        using var sqlServer = await Executable.Start("Production", [], "migrate", "--script", "--provider", "SqlServer").Ended();
        Assert.Contains(postgres.Output, l => l.Contains("create policy", StringComparison.OrdinalIgnoreCase));
        Assert.Contains(sqlServer.Output, l => l.Contains("create security policy", StringComparison.OrdinalIgnoreCase));
        Assert.Empty(postgres.Errors.Concat(sqlServer.Errors));
    }

    private Executable Serve(string connection) => Executable.Serve(world, ("ConnectionStrings__Application", connection));
}
