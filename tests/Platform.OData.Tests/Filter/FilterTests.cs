using Platform.OData.Tests.World;
using Xunit;

namespace Platform.OData.Tests.Filter;

public sealed class FilterTests(Province province)
{
    [Theory]
    [InlineData("Plans?$filter=Targets/$count($filter=Value ge 80) gt 1", "LocalityCode", "19")]
    [InlineData("Plans?$filter=Tasks/any(t:t/Assignments/$count($filter=Role eq 'Lead' and Agency ne ')') eq 1)", "LocalityCode", "19")]
    [InlineData("Plans?$filter=Locality/Children/$count($search=kha) eq 1", "LocalityCode", "19")]
    [InlineData("Plans?$orderby=Targets/$count($filter=Value ge 80) desc,Id&$top=2", "LocalityCode", "19,05953")]
    [InlineData("Localities?$filter=Parent eq null&$orderby=Id", "Code", "19,51")]
    [InlineData("Localities?$filter=Parent ne null and substring(Name,-2) eq 'ơn'", "Code", "05953")]
    [InlineData("Localities?$filter=substring(Name,-99) eq 'Kha Sơn' or substring(Name,-3,1) eq 'N'", "Code", "05953")]
    [InlineData("Targets?$filter=Value divby 2 gt 40", "Id", "2")]
    [InlineData("Targets?$filter=Year DIVBY 2 eq 1012.5", "Id", "4")]
    [InlineData("Targets?$filter=cast('3',Edm.Int32) eq Id or cast(Id,Edm.String) eq '4'", "Id", "3,4")]
    [InlineData("Targets?$filter=cast(Id,Edm.Decimal) mul 0.5 eq 2.5", "Id", "5")]
    [InlineData("Plans?$filter=cast('2026-02-03',Edm.Date) eq IssuedOn", "LocalityCode", "19")]
    [InlineData("Plans?$filter=ChangedAt add duration'PT1H' gt 2026-03-01T14:00:00Z", "LocalityCode", "23317")]
    [InlineData("Plans?$filter=ChangedAt sub 'PT1H' gt 2026-03-01T12:00:00Z", "LocalityCode", "23317")]
    [InlineData("Plans?$filter=totaloffsetminutes(ChangedAt) eq 0 and Locality/Code eq '19'", "LocalityCode", "19")]
    public async Task Expressions_of_4_01_are_understood(string url, string member, string expected) =>
        Assert.Equal(expected, await province.List(url, member));

    [Theory]
    [InlineData("Id eq 1", "1")]
    [InlineData("Id ne 1", "2,3,4,5")]
    [InlineData("Id gt 3", "4,5")]
    [InlineData("Id ge 3 and Id lt 5", "3,4")]
    [InlineData("Id le 1 or Id eq 5", "1,5")]
    [InlineData("not (Id le 3)", "4,5")]
    [InlineData("Id in (1,3,99)", "1,3")]
    [InlineData("Id add 1 eq 3", "2")]
    [InlineData("Id sub 1 eq 0", "1")]
    [InlineData("Id mul 2 eq 6", "3")]
    [InlineData("Id div 2 eq 1", "2,3")]
    [InlineData("Id mod 2 eq 1", "1,3,5")]
    [InlineData("-Id eq -4", "4")]
    [InlineData("Id eq 1.5", "")]
    [InlineData("Value gt 79.99", "1,2,3")]
    [InlineData("Value eq 50.1", "4")]
    [InlineData("Actual eq null", "3")]
    [InlineData("Actual ne null", "1,2,4,5")]
    [InlineData("Actual gt Value", "4")]
    [InlineData("not (Actual gt Value)", "1,2,3,5")]
    [InlineData("null eq Actual", "3")]
    [InlineData("Actual gt null", "")]
    [InlineData("Weight lt 0.2", "4")]
    [InlineData("Weight in (0.5,0.25)", "1,2")]
    [InlineData("round(Actual) eq 52", "4")]
    [InlineData("floor(Actual) eq 99", "2")]
    [InlineData("ceiling(Actual) eq 1", "5")]
    [InlineData("Value mul 2 gt Weight", "1,2,4,5")]
    [InlineData("Audience eq 'Students'", "2")]
    [InlineData("Audience gt 'Citizens'", "2")]
    [InlineData("Audience in ('Students','None')", "2")]
    [InlineData("Plan/Status eq 'Draft'", "3")]
    [InlineData("Plan/Locality/Parent/Name eq 'Thái Nguyên'", "3")]
    [InlineData("Plan/Locality/Parent eq null", "1,2")]
    [InlineData("Plan/LocalityCode eq '23317'", "4,5")]
    public async Task Targets_are_filtered_by_comparison_logic_and_arithmetic(string filter, string expected) =>
        Assert.Equal(expected, await province.List($"Targets?$filter={Uri.EscapeDataString(filter)}", "Id"));

    [Theory]
    [InlineData("contains(Name,'Ngọk')", "23317")]
    [InlineData("startswith(Name,'Kha')", "05953")]
    [InlineData("endswith(Name,'Phúc')", "05830")]
    [InlineData("tolower(Name) eq 'kha sơn'", "05953")]
    [InlineData("toupper(Code) eq '19'", "19")]
    [InlineData("trim(concat(' ',Name)) eq 'Kha Sơn'", "05953")]
    [InlineData("length(Code) eq 2", "19,51")]
    [InlineData("length(Parent/Code) eq 2", "05953,05830,23317")]
    [InlineData("indexof(Code,'5') eq 0", "51")]
    [InlineData("substring(Code,3) eq '53'", "05953")]
    [InlineData("substring(Code,1,2) eq '58'", "05830")]
    [InlineData("concat(Code,'!') eq '19!'", "19")]
    [InlineData("concat(concat(Code,'-'),Name) eq '51-Quảng Ngãi'", "51")]
    [InlineData("Name eq 'O''Brien'", "")]
    [InlineData("Parent ne null and Parent/Code eq '51'", "23317")]
    [InlineData("Children/$count gt 1", "19")]
    [InlineData("Plans/any()", "19,05953,05830,23317")]
    [InlineData("not Plans/any()", "51")]
    [InlineData("Plans/any(p:p/Status eq 'Draft')", "05953")]
    [InlineData("Plans/all(p:p/Status eq 'Issued')", "19,51,05830,23317")]
    [InlineData("Plans/any(p:p/Targets/any(t:t/Actual gt t/Value))", "23317")]
    [InlineData("Children/any(c:c/Plans/any(p:p/Implements/LocalityCode eq Code))", "19")]
    public async Task Localities_are_filtered_by_text_and_over_collections(string filter, string expected) =>
        Assert.Equal(expected, await province.List($"Localities?$filter={Uri.EscapeDataString(filter)}&$orderby=Id", "Code"));

    [Theory]
    [InlineData("year(IssuedOn) eq 2026", "19,05830")]
    [InlineData("month(IssuedOn) eq 9", "23317")]
    [InlineData("day(IssuedOn) eq 3", "19")]
    [InlineData("IssuedOn ge 2026-01-01", "19,05830")]
    [InlineData("IssuedOn eq null", "05953")]
    [InlineData("IssuedOn in (2026-02-03,2026-04-01)", "19,05830")]
    [InlineData("ChangedAt in (2026-03-01T09:30:15Z)", "19")]
    [InlineData("Number eq 'x in (2026-02-03)'", "")]
    [InlineData("hour(ChangedAt) eq 11", "05953")]
    [InlineData("minute(ChangedAt) eq 30 and second(ChangedAt) eq 15", "19,05953,23317,05830")]
    [InlineData("date(ChangedAt) eq 2026-03-01", "19,05953,23317,05830")]
    [InlineData("ChangedAt gt 2026-03-01T12:00:00Z", "23317,05830")]
    [InlineData("ChangedAt gt 2026-03-01T19:00:00%2B07:00", "23317,05830")]
    [InlineData("ChangedAt lt now()", "19,05953,23317,05830")]
    [InlineData("IsProvincial", "19")]
    [InlineData("not IsProvincial and IssuedOn ne null", "23317,05830")]
    [InlineData("IsProvincial eq true", "19")]
    [InlineData("Id eq 00000000-0000-7000-8000-000000000003", "23317")]
    [InlineData("Id in (00000000-0000-7000-8000-000000000003,00000000-0000-7000-8000-000000000001)", "19,23317")]
    [InlineData("Number eq null", "05953")]
    [InlineData("Number eq '7''A/KH'", "05830")]
    [InlineData("contains(Number,'KH')", "19,23317,05830")]
    [InlineData("Implements/LocalityCode eq '19'", "05953,05830")]
    public async Task Plans_are_filtered_by_dates_flags_and_keys(string filter, string expected) =>
        Assert.Equal(expected, await province.List($"Plans?$filter={filter.Replace(" ", "%20", StringComparison.Ordinal)}", "LocalityCode"));

    [Fact]
    public async Task A_parameter_alias_stands_for_its_value() =>
        Assert.Equal("4,5", await province.List("Targets?$filter=Id gt @least&@least=3", "Id"));

    [Fact]
    public async Task Options_need_no_dollar_and_no_case() =>
        Assert.Equal("5", await province.List("targets?FILTER=id eq 5&Select=ID", "Id"));
}
