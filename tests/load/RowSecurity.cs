using System.Globalization;
using Npgsql;

namespace Platform.Load;

/// <summary>
/// What row-level security costs: the same questions of the same server in turn with the policies in force and switched off, and the same for
/// completions that are taken in. Without them the server's own filters and the composite keys still hold, so the answers are the same.
/// </summary>
internal static class RowSecurity
{
    private const int Rounds = 5, Batches = 20_000;

    internal static async Task<int> Run(double seconds)
    {
        using var folder = new Scratch();
        await using (var product = await Server.Start("product", folder.Path))
        {
            await Country.Fill(product.Address.Superuser, Console.WriteLine);
            await using var source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(product.Address.Superuser) { CommandTimeout = 600 }.ConnectionString);
            var tables = await Protected(source);
            var postmaster = Accounting.Postmaster(product.Address.Superuser);
            Console.WriteLine($"{tables.Count} tables with policies; {Rounds} rounds of {seconds} s each; milliseconds of processor time a request (server + database)");
            await Reading(product, source, tables, postmaster, seconds);
            await Taking(product, source, tables, postmaster);
        }

        return 0;
    }

    private static async Task Reading(Server product, NpgsqlDataSource source, List<string> tables, int postmaster, double seconds)
    {
        var subjects = await Comparison.Subjects(product.Address.Superuser);
        foreach (var question in Question.All)
        {
            var token = await Comparison.Token(product.Address, question.Caller);
            Side With() => new(product, postmaster, token, question.Paths(subjects));
            var (on, off) = (With(), With());
            for (var round = 0; round <= Rounds; round++)
                foreach (var side in round % 2 == 0 ? (Side[])[on, off] : [off, on])
                {
                    await Switch(source, tables, side == on);
                    await side.Round(Math.Min(seconds, 1), isWarmUp: true);
                    if (round > 0)
                        await side.Round(seconds);
                }

            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{question.Name,-20} on {on.Rate,8:N0}/s {on.Milliseconds}   off {off.Rate,8:N0}/s {off.Milliseconds}   by the clock {off.Rate / on.Rate:N2}, by processor time {on.Processor / off.Processor:N2} times the cost"));
        }
    }

    private static async Task Taking(Server product, NpgsqlDataSource source, List<string> tables, int postmaster)
    {
        var made = await IntakeRows.For(source);
        using var client = await Intake.SignedIn(product.Address);
        var run = new Intake.Runs(product, postmaster, client, made);
        await run.Push("warm-up", 60_000, 1_000, 2);
        var (on, off) = (new List<Intake.Speed>(), new List<Intake.Speed>());
        for (var round = 0; round < Rounds; round++)
            foreach (var enforced in round % 2 == 0 ? (bool[])[true, false] : [false, true])
            {
                await Switch(source, tables, enforced);
                (enforced ? on : off).Add(await run.Push($"batches of 1,000, policies {(enforced ? "on" : "off")}", Batches, 1_000, 2));
            }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"intake of 1,000       by the clock {Intake.Median(off, s => s.Rate) / Intake.Median(on, s => s.Rate):N2}, by processor time {Intake.Median(on, s => s.Processor) / Intake.Median(off, s => s.Processor):N2} times the cost"));
        await Switch(source, tables, enforced: true);
    }

    private static async Task<List<string>> Protected(NpgsqlDataSource source)
    {
        await using var command = source.CreateCommand("select oid::regclass::text from pg_class where relrowsecurity and relforcerowsecurity order by 1");
        await using var reader = await command.ExecuteReaderAsync();
        var tables = new List<string>();
        while (await reader.ReadAsync())
            tables.Add(reader.GetString(0));
        return tables;
    }

    private static async Task Switch(NpgsqlDataSource source, List<string> tables, bool enforced)
    {
        await using var command = source.CreateCommand(string.Concat(tables.Select(table => $"alter table {table} {(enforced ? "enable" : "disable")} row level security;")));
        await command.ExecuteNonQueryAsync();
    }
}
