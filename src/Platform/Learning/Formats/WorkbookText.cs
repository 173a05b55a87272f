using System.Buffers;
using System.IO.Compression;
using System.Security;
using System.Text;

namespace Platform.Learning.Formats;

/// <summary>Writes a workbook of one sheet, row by row, onto a stream that cannot go back: every cell a text.</summary>
internal sealed class WorkbookText(Stream body) : IAsyncDisposable
{
    private const int Piece = 64 * 1024;
    private const string Main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    private const string Links = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    private readonly Outgoing outgoing = new();
    private ZipArchive? archive;
    private StreamWriter? sheet;
    private int rows;

    internal async Task Row(IEnumerable<string> cells)
    {
        sheet ??= await Begin();
        var column = 0;
        await sheet.WriteAsync($"<row r=\"{++rows}\">");
        foreach (var cell in cells)
            await sheet.WriteAsync($"<c r=\"{Column(column++)}{rows}\" t=\"inlineStr\"><is><t xml:space=\"preserve\">{SecurityElement.Escape(Allowed(cell))}</t></is></c>");
        await sheet.WriteAsync("</row>");
        if (outgoing.Waiting > Piece)
            await outgoing.Send(body);
    }

    /// <summary>Ends the workbook.</summary>
    public async ValueTask DisposeAsync()
    {
        await sheet!.WriteAsync("</sheetData></worksheet>");
        await sheet.DisposeAsync();
        await archive!.DisposeAsync();
        await outgoing.Send(body);
        await outgoing.DisposeAsync();
    }

    private async Task<StreamWriter> Begin()
    {
        archive = new ZipArchive(outgoing, ZipArchiveMode.Create, leaveOpen: true);
        await Part("[Content_Types].xml", """
            <Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>
            """);
        await Part("_rels/.rels", $"""
            <Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="{Links}/officeDocument" Target="xl/workbook.xml"/></Relationships>
            """);
        await Part("xl/workbook.xml", $"""
            <workbook xmlns="{Main}" xmlns:r="{Links}"><sheets><sheet name="Dòng bị từ chối" sheetId="1" r:id="r1"/></sheets></workbook>
            """);
        await Part("xl/_rels/workbook.xml.rels", $"""
            <Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="{Links}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>
            """);
        var writer = new StreamWriter(await archive.CreateEntry("xl/worksheets/sheet1.xml", CompressionLevel.Fastest).OpenAsync(), new UTF8Encoding(false));
        await writer.WriteAsync($"<?xml version=\"1.0\" encoding=\"UTF-8\"?><worksheet xmlns=\"{Main}\"><sheetData>");
        return writer;
    }

    private async Task Part(string name, string text)
    {
        await using var writer = new StreamWriter(await archive!.CreateEntry(name, CompressionLevel.Fastest).OpenAsync(), new UTF8Encoding(false));
        await writer.WriteAsync($"<?xml version=\"1.0\" encoding=\"UTF-8\"?>{text}");
    }

    // 0 → A, 26 → AA
    private static string Column(int number) => (number < 26 ? "" : Column((number / 26) - 1)) + (char)('A' + (number % 26));

    private static string Allowed(string cell) => string.Concat(cell.Where(c => c >= ' ' || c is '\t' or '\n' or '\r'));

    // An archive writes and closes its entries without waiting, which an answer does not take: what it wrote is sent between rows.
    private sealed class Outgoing : Stream
    {
        private readonly ArrayBufferWriter<byte> waiting = new();

        internal int Waiting => waiting.WrittenCount;

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override void Write(byte[] buffer, int offset, int count) => waiting.Write(buffer.AsSpan(offset, count));

        public override void Write(ReadOnlySpan<byte> buffer) => waiting.Write(buffer);

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        internal async Task Send(Stream body)
        {
            await body.WriteAsync(waiting.WrittenMemory);
            waiting.ResetWrittenCount();
        }
    }
}
