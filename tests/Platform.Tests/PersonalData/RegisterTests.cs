using System.Net.Http.Headers;
using System.Reflection;
using Microsoft.EntityFrameworkCore;
using Platform.Access.People;
using Platform.Database;
using Platform.PersonalData;

namespace Platform.Tests.PersonalData;

/// <summary>What is stored about people is said by the model itself, completely.</summary>
public sealed class RegisterTests(World world)
{
    [Fact]
    public void Every_property_of_every_table_about_people_has_its_entry()
    {
        using var db = DesignTime.Offline(DatabaseProvider.PostgreSql);
        var entities = db.Model.GetEntityTypes().Where(e => e.GetTableName() is not null).ToList();
        var people = entities.Where(e => typeof(IPersonal).IsAssignableFrom(e.ClrType) || e.ClrType.Namespace == typeof(Person).Namespace || e.FindProperty("AccountId") is not null).ToList();
        var machines = new[] { "ClientSecret", "RevokedToken", "Webhook" };
        Assert.Empty(people.Where(e => e.ClrType.GetCustomAttribute<PersonalRecordsAttribute>() is null).Select(e => e.ClrType.Name).Except(machines));
        Assert.Empty(entities.Where(e => e.ClrType.GetCustomAttribute<PersonalRecordsAttribute>() is not null).SelectMany(ProcessingRegister.Missing));
    }

    [Fact]
    public async Task The_register_is_public_in_both_languages_and_says_why_how_long_and_who_sees_it()
    {
        using var anyone = world.Anonymous();
        var tables = (await anyone.Rows("/v1/personal-data/register")).ToDictionary(t => t.Text("table")!);
        var completions = tables["completions"];
        Assert.Equal(("Người học", "PublicTask"), (completions.Text("about"), completions.Text("ground")));
        Assert.Contains("tỉnh không xem được", completions.Text("seenBy"), StringComparison.Ordinal);
        var contact = tables["people"]["data"]!.AsArray().Single(c => (string?)c!["column"] == "contact")!.AsObject();
        Assert.Equal(("Contact", "Encrypted", "Mã hóa"), (contact.Text("kind"), contact.Text("form"), contact.Text("formText")));
        Assert.Equal("14 ngày", tables["rejected_rows"].Text("kept"));

        anyone.DefaultRequestHeaders.AcceptLanguage.Add(new StringWithQualityHeaderValue("en"));
        var english = (await anyone.Rows("/v1/personal-data/register")).Single(t => t.Text("table") == "completions");
        Assert.Equal("People who learn", english.Text("about"));
    }
}
