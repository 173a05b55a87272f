using System.Security.Cryptography;
using System.Text;
using Platform.Access.People;

namespace Platform.Tests.Access;

/// <summary>The file of breached passwords, as Have I Been Pwned orders it by hash.</summary>
public sealed class BreachedListTests : IDisposable
{
    private readonly string file = Path.GetTempFileName();

    public static TheoryData<int, string, string> Shapes => new()
    {
        { 0, "\n", "" }, { 1, "\r\n", ":7" }, { 1, "\n", "" }, { 2, "\r\n", ":12" }, { 3, "\n", ":1" }, { 500, "\r\n", ":123456" }, { 501, "\n", "" },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Each_password_on_the_list_is_found_and_no_other(int size, string lineEnd, string count)
    {
        var lines = Enumerable.Range(0, size).Select(i => HashOf($"lộ-{i}")).Order(StringComparer.Ordinal).Select((h, i) => $"{h}{(count.Length > 0 ? $"{count}{i}" : "")}");
        foreach (var text in (string[])[string.Join(lineEnd, lines), string.Concat(lines.Select(l => l + lineEnd))])
        {
            File.WriteAllText(file, text);
            Assert.All(Enumerable.Range(0, size), i => Assert.True(BreachedList.Holds(file, $"lộ-{i}"), $"lộ-{i}"));
            Assert.All(Enumerable.Range(0, 200), i => Assert.False(BreachedList.Holds(file, $"kín-{i}"), $"kín-{i}"));
        }
    }

    public void Dispose() => File.Delete(file);

#pragma warning disable CA5350
    private static string HashOf(string password) => Convert.ToHexString(SHA1.HashData(Encoding.UTF8.GetBytes(password)));
#pragma warning restore CA5350
}
