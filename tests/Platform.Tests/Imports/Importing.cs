using System.IO.Compression;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Platform.Tests.Learning;

namespace Platform.Tests.Imports;

/// <summary>How tests send files to be imported.</summary>
internal static class Importing
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    internal static Task<HttpResponseMessage> SendFile(this HttpClient client, string type, byte[] file, string query = "") =>
        client.Post($"/v1/imports{query}", type, file);

    /// <summary>Sends a file that must be accepted; its address.</summary>
    internal static async Task<string> Import(this HttpClient client, string type, byte[] file, string query = "")
    {
        using var sent = await client.SendFile(type, file, query);
        var import = await sent.Body(HttpStatusCode.Accepted);
        Assert.Equal($"/v1/imports/{import.Text("id")}", sent.Headers.Location?.ToString());
        return sent.Headers.Location!.ToString();
    }

    internal static Task<string> Import(this HttpClient client, string type, string file, string query = "") => client.Import(type, Encoding.UTF8.GetBytes(file), query);

    /// <summary>Waits until an import is in a state; one that has ended otherwise fails.</summary>
    internal static async Task<JsonObject> Until(this HttpClient client, string import, params string[] states)
    {
        while (true)
        {
            var now = (await client.GetFromJsonAsync<JsonObject>(import, Cancellation))!;
            if (states.Contains(now.Text("state")))
                return now;
            Assert.False(now.Text("state") is "Done" or "Failed" or "Cancelled", now.ToJsonString());
            await Task.Delay(50, Cancellation);
        }
    }

    /// <summary>Rows of the contract as CSV.</summary>
    internal static string Table(string commune, int rows, string prefix = "i") =>
        "id,learner.id,locality,course,audience,completedAt\n"
        + string.Concat(Enumerable.Range(0, rows).Select(i => $"{prefix}-{i},{prefix}-l{i % 300},{commune},KNS-CD-01,Citizens,01/03/2026\n"));

    /// <summary>A number that the sheet shows as a percentage.</summary>
    internal sealed record Percent(double Share);

    /// <summary>A formula that no program has worked out yet.</summary>
    internal sealed record Formula(string Text);

    /// <summary>The workbook with its only sheet hidden.</summary>
    internal static byte[] Hide(byte[] workbook)
    {
        using var buffer = new MemoryStream();
        buffer.Write(workbook);
        using (var archive = new ZipArchive(buffer, ZipArchiveMode.Update))
        {
            var entry = archive.GetEntry("xl/workbook.xml")!;
            string text;
            using (var reader = new StreamReader(entry.Open()))
                text = reader.ReadToEnd();
            entry.Delete();
            using var writer = new StreamWriter(archive.CreateEntry("xl/workbook.xml").Open());
            writer.Write(text.Replace("<sheet ", "<sheet state=\"hidden\" ", StringComparison.Ordinal));
        }

        return buffer.ToArray();
    }

    /// <summary>A workbook as Excel writes it: shared texts, days as numbers under a date format, cells left out.</summary>
    internal static byte[] Workbook(params object?[][] rows)
    {
        var shared = new List<string>();
        var sheet = new StringBuilder();
        for (var r = 0; r < rows.Length; r++)
        {
            sheet.Append(null, $"<row r=\"{r + 1}\">");
            for (var c = 0; c < rows[r].Length; c++)
            {
                var at = $"{(char)('A' + c)}{r + 1}";
                switch (rows[r][c])
                {
                    case string text:
                        shared.Add(text);
                        sheet.Append(null, $"<c r=\"{at}\" t=\"s\"><v>{shared.Count - 1}</v></c>");
                        break;
                    case DateTime day:
                        sheet.Append(null, $"<c r=\"{at}\" s=\"1\"><v>{day.ToOADate().ToString(System.Globalization.CultureInfo.InvariantCulture)}</v></c>");
                        break;
                    case Percent percent:
                        sheet.Append(System.Globalization.CultureInfo.InvariantCulture, $"<c r=\"{at}\" s=\"2\"><v>{percent.Share}</v></c>");
                        break;
                    case Formula formula:
                        sheet.Append(null, $"<c r=\"{at}\"><f>{formula.Text}</f></c>");
                        break;
                    case bool yes:
                        sheet.Append(null, $"<c r=\"{at}\" t=\"b\"><v>{(yes ? 1 : 0)}</v></c>");
                        break;
                    case { } number:
                        sheet.Append(System.Globalization.CultureInfo.InvariantCulture, $"<c r=\"{at}\"><v>{number}</v></c>");
                        break;
                }
            }

            sheet.Append("</row>");
        }

        const string main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main", links = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
        using var buffer = new MemoryStream();
        using (var archive = new ZipArchive(buffer, ZipArchiveMode.Create))
        {
            Part("xl/workbook.xml", $"<workbook xmlns=\"{main}\" xmlns:r=\"{links}\"><workbookPr/><sheets><sheet name=\"Lớp\" sheetId=\"1\" r:id=\"rId7\"/></sheets></workbook>");
            Part("xl/_rels/workbook.xml.rels", $"<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"rId7\" Type=\"{links}/worksheet\" Target=\"worksheets/sheet1.xml\"/></Relationships>");
            Part("xl/styles.xml", $"<styleSheet xmlns=\"{main}\"><numFmts count=\"1\"><numFmt numFmtId=\"164\" formatCode=\"dd/mm/yyyy\"/></numFmts><cellStyleXfs count=\"1\"><xf numFmtId=\"14\"/></cellStyleXfs><cellXfs count=\"3\"><xf numFmtId=\"0\"/><xf numFmtId=\"164\"/><xf numFmtId=\"9\"/></cellXfs></styleSheet>");
            Part("xl/sharedStrings.xml", $"<sst xmlns=\"{main}\">{string.Concat(shared.Select(s => $"<si><r><t>{System.Security.SecurityElement.Escape(s[..(s.Length / 2)])}</t></r><r><t xml:space=\"preserve\">{System.Security.SecurityElement.Escape(s[(s.Length / 2)..])}</t></r></si>"))}</sst>");
            Part("xl/worksheets/sheet1.xml", $"<worksheet xmlns=\"{main}\"><dimension ref=\"A1:F{rows.Length}\"/><sheetData>{sheet}</sheetData></worksheet>");

            void Part(string name, string text)
            {
                using var writer = new StreamWriter(archive.CreateEntry(name).Open());
                writer.Write(text);
            }
        }

        return buffer.ToArray();
    }
}
