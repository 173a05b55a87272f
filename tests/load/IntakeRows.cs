using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Npgsql;

namespace Platform.Load;

/// <summary>A completion of the measurements: six of ten are a learner's first, the others a learner's who came before.</summary>
internal readonly record struct IntakeRow(long Number, long Learner, int Commune, int Course, int Audience, DateTime At, bool Passed);

/// <summary>Endless rows, never the same id twice, for communes and courses of the sample data.</summary>
internal sealed class IntakeRows
{
    private static readonly string[] Audiences = ["PublicSector", "Students", "Workers", "Citizens"];
    private readonly List<(short Id, string Code)> communes;
    private readonly List<(int Id, string Code)> courses;
    private long number;

    private IntakeRows(List<(short Id, string Code)> communes, List<(int Id, string Code)> courses) => (this.communes, this.courses) = (communes, courses);

    internal static async Task<IntakeRows> For(NpgsqlDataSource source)
    {
        var (communes, courses) = (new List<(short, string)>(), new List<(int, string)>());
        await using var command = source.CreateCommand(
            "select c.id, c.code from localities c join localities p on p.id = c.province_id where p.code = '19' and c.level = 'Commune' order by 1");
        await using (var reader = await command.ExecuteReaderAsync())
            while (await reader.ReadAsync())
                communes.Add((reader.GetInt16(0), reader.GetString(1)));
        command.CommandText = "select id, code from courses order by 1";
        await using (var reader = await command.ExecuteReaderAsync())
            while (await reader.ReadAsync())
                courses.Add((reader.GetInt32(0), reader.GetString(1)));
        return new IntakeRows(communes, courses);
    }

    internal short Commune(in IntakeRow row) => communes[row.Commune].Id;

    internal int Course(in IntakeRow row) => courses[row.Course].Id;

    internal static string AudienceOf(in IntakeRow row) => Audiences[row.Audience];

    internal static Guid Name(long learner) => new(SHA256.HashData(BitConverter.GetBytes(learner)).AsSpan(0, 16));

    internal IEnumerable<IntakeRow> Make(int count)
    {
#pragma warning disable CA5394 // repeatable on purpose
        for (var i = 0; i < count; i++)
        {
            var n = number++;
            var random = new Random((int)n);
            var learner = random.Next(10) < 6 || n < 10 ? n : random.NextInt64(n);
            var home = new Random((int)learner).Next(communes.Count);
            var at = new DateTime(2025, 9, 1, 1, 0, 0, DateTimeKind.Utc).AddMinutes(random.Next(400 * 24 * 60));
            yield return new IntakeRow(n, learner, home, random.Next(courses.Count), (int)(learner % 4), at, random.Next(8) > 0);
        }
#pragma warning restore CA5394
    }

    /// <summary>Batches as a vendor sends them.</summary>
    internal IEnumerable<byte[]> Json(int rows, int size)
    {
        foreach (var batch in Make(rows).Chunk(size))
        {
            var text = new StringBuilder("[");
            foreach (var row in batch)
                text.Append(CultureInfo.InvariantCulture,
                    $$"""{{(text.Length > 1 ? "," : "")}}{"id":"load-{{row.Number:D9}}","learner":{"id":"hv-{{row.Learner:D9}}"},"locality":"{{communes[row.Commune].Code}}","course":"{{courses[row.Course].Code}}","audience":"{{AudienceOf(row)}}","completedAt":"{{row.At:yyyy-MM-ddTHH:mm:ss}}Z","score":{{50 + (row.Number % 51)}},"passed":{{(row.Passed ? "true" : "false")}}}""");
            yield return Encoding.UTF8.GetBytes(text.Append(']').ToString());
        }
    }

    /// <summary>Stores rows of a past that need no taking in: set by set, past every rule, with as many learners as rows of ten are six.</summary>
    internal static async Task Fill(NpgsqlDataSource source, int rows, Action<string> say)
    {
        var clock = System.Diagnostics.Stopwatch.StartNew();
        for (var done = 0; done < rows; done += 1_000_000)
        {
            await using var command = source.CreateCommand($"""
                insert into learners (id, tenant_id, audience, first_course_id, first_at, latest_at, achieved_at, counts)
                  select learner, 1000 + n % 96, 1 + n % 4, 1 + n % 4, now() - interval '90 days', now() - interval '80 days', now() - interval '90 days', true
                  from {Numbered(done, rows)} where n % 10 < 6;
                insert into learner_identities (id, learner_id, vendor_id, key_mark) select gen_random_uuid(), learner, 1, 0 from {Numbered(done, rows)} where n % 10 < 6;
                insert into completions (vendor_id, external_id, tenant_id, learner_id, course_id, audience, completed_at, score, passed, revision, received_at)
                  select 1, 'fill-' || {rows} || '-' || lpad(n::text, 9, '0'), 1000 + n % 96, learner, 1 + n % 4, 1 + n % 4, now() - interval '90 days', 80, true, 1, now()
                  from {Numbered(done, rows)};
                """);
            await command.ExecuteNonQueryAsync();
        }

        await using (var analyze = source.CreateCommand("vacuum analyze completions, learners, learner_identities"))
            await analyze.ExecuteNonQueryAsync();
        say($"Filled {rows:N0} completions in {clock.Elapsed.TotalSeconds:N0} s");
    }

    private static string Numbered(int from, int rows) =>
        $"(select n, md5({rows} || ':' || n - n % 10 + n % 6)::uuid as learner from generate_series({from}, {Math.Min(rows, from + 1_000_000) - 1}) n) x";
}
