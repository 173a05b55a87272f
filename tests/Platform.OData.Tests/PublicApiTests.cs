using System.Reflection;
using System.Runtime.CompilerServices;
using Xunit;

namespace Platform.OData.Tests;

public sealed class PublicApiTests
{
    [Fact]
    public void The_public_surface_is_the_one_agreed()
    {
        var surface = string.Join('\n', typeof(ODataModel).Assembly.GetExportedTypes()
            .OrderBy(type => type.Name, StringComparer.Ordinal)
            .SelectMany(type => new[] { type.ToString() }.Concat(Members(type)))) + "\n";
        Assert.Equal(File.ReadAllText(Path.Combine(Here(), "PublicApi.txt")), surface);
    }

    private static IEnumerable<string> Members(Type type) => type
        .GetMembers(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)
        .Where(member => member.GetCustomAttribute<CompilerGeneratedAttribute>() is null || member is PropertyInfo)
        .Where(member => member is not MethodBase { IsSpecialName: true } || member is ConstructorInfo)
        .Select(member => "    " + member)
        .Order(StringComparer.Ordinal);

    private static string Here([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}
