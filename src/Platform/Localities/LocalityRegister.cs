using CsvHelper;
using Microsoft.EntityFrameworkCore;
using Platform.Database;

namespace Platform.Localities;

/// <summary>
/// The official lists of provinces and communes, each valid from its date, brought into the database: codes stay, names and kinds
/// get validity dates. Ids are given in order of the lists and never change. Repeatable.
/// </summary>
internal sealed class LocalityRegister(PlatformDb db)
{
    private const short FirstCommuneId = 101;

    private static readonly (DateOnly From, string File)[] Lists =
    [
        (new DateOnly(2025, 7, 1), "admin_units_2025-07-01.csv"),
        (new DateOnly(2026, 4, 30), "admin_units_2026-04-30.csv"),
    ];

    internal async Task Load(Action<string> say, CancellationToken cancellation)
    {
        if (await db.Localities.AnyAsync(cancellation))
            return;
        var localities = Read();
        db.Localities.AddRange(localities);
        await db.SaveChangesAsync(cancellation);
        await db.Database.ExecuteSqlRawAsync(db.Dialect.Measure("localities", "locality_names"), cancellation);
        var provinces = localities.Count(l => l.Level == LocalityLevel.Province);
        say($"Loaded {provinces} provinces and {localities.Count - provinces:N0} communes");
    }

    /// <summary>All localities of the lists, with every name they had.</summary>
    internal static List<Locality> Read()
    {
        var byCode = new Dictionary<string, Locality>(StringComparer.Ordinal);
        short provinceId = 0, communeId = FirstCommuneId - 1;
        foreach (var (from, file) in Lists)
        {
            foreach (var row in Rows(file))
            {
                var (kind, name) = SplitProvince(row.ProvinceName);
                var province = Note(row.ProvinceCode, LocalityLevel.Province, kind, name, from, () => ++provinceId, id => id, row.ProvinceCode);
                Note(row.CommuneCode, LocalityLevel.Commune, row.CommuneType, row.CommuneName, from, () => ++communeId, _ => province.Id, row.ProvinceCode);
            }
        }

        foreach (var locality in byCode.Values)
            locality.SearchText = string.Join(" | ", locality.Names.Select(n => VietnameseText.Fold($"{n.Kind} {n.Name}")).Append(locality.Code).Distinct());
        return [.. byCode.Values];

        Locality Note(string code, LocalityLevel level, string kind, string name, DateOnly from, Func<short> nextId, Func<short, short> provinceOf, string provinceCode)
        {
            (kind, name) = (VietnameseText.Clean(kind), VietnameseText.Clean(name));
            if (!byCode.TryGetValue(code, out var locality))
            {
                var id = nextId();
                locality = new Locality { Id = id, Code = code, Level = level, Kind = kind, Name = name, ProvinceId = provinceOf(id), ProvinceCode = provinceCode, ValidFrom = from, SearchText = "" };
                byCode.Add(code, locality);
            }
            else if (locality.Name == name && locality.Kind == kind)
            {
                return locality;
            }
            else
            {
                locality.Names[^1].ValidTo = from.AddDays(-1);
                (locality.Kind, locality.Name) = (kind, name);
            }

            locality.Names.Add(new LocalityName { LocalityId = locality.Id, ValidFrom = from, Kind = kind, Name = name });
            return locality;
        }
    }

    // «Thành phố Hà Nội» → (Thành phố, Hà Nội).
    private static (string Kind, string Name) SplitProvince(string fullName)
    {
        foreach (var kind in (string[])["Thành phố", "Tỉnh"])
            if (fullName.StartsWith(kind + " ", StringComparison.Ordinal))
                return (kind, fullName[(kind.Length + 1)..]);
        throw new InvalidDataException($"«{fullName}» begins with neither Tỉnh nor Thành phố.");
    }

    private static List<Row> Rows(string file)
    {
        using var stream = typeof(LocalityRegister).Assembly.GetManifestResourceStream($"Platform.Localities.Data.{file}")
            ?? throw new InvalidOperationException($"The list {file} is not in the assembly.");
        using var csv = CsvReader.Create(stream, CsvReaderOptions.Default, leaveOpen: false);
        var rows = new List<Row>();
        while (csv.Read())
            rows.Add(new Row(
                csv.GetString("province_code"), csv.GetString("province_name"),
                csv.GetString("commune_code"), csv.GetString("commune_name"), csv.GetString("commune_type")));
        return rows;
    }

    private sealed record Row(string ProvinceCode, string ProvinceName, string CommuneCode, string CommuneName, string CommuneType);
}
