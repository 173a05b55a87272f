using System.Text;
using System.Xml;
using Platform.Http;

namespace Platform.Learning.Formats;

/// <summary>
/// One XML part of a workbook, read forward. What its reader must hold at once, a tag with its attributes or a comment, is limited: a few bytes of
/// an archive may unfold to gigabytes.
/// </summary>
internal sealed class WorkbookPart : IDisposable
{
    private readonly Metered bytes;
    private readonly XmlReader xml;
    private readonly char[] piece = new char[1024];

    internal WorkbookPart(Stream content)
    {
        bytes = new Metered(content);
        xml = XmlReader.Create(bytes, new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, CloseInput = true, IgnoreComments = true });
    }

    /// <summary>The name of the element that begins or ends here.</summary>
    internal string Name => xml.LocalName;

    /// <summary>An attribute of the element.</summary>
    internal string? this[string attribute] => xml.GetAttribute(attribute);

    internal string? Attribute(string name, string space) => xml.GetAttribute(name, space);

    /// <summary>True where an element of this name begins.</summary>
    internal bool Begins(string name) => xml.NodeType == XmlNodeType.Element && xml.LocalName == name;

    /// <summary>To the next tag or text; false at the end.</summary>
    internal bool Read()
    {
        bytes.Begin();
        return xml.Read();
    }

    /// <summary>To the next element of this name; false when there is none.</summary>
    internal bool ReadTo(string name)
    {
        while (Read())
            if (Begins(name))
                return true;
        return false;
    }

    /// <summary>To the next tag or text within the element of this name; false at its end. Where the element begins it is entered.</summary>
    internal bool ReadWithin(string name) =>
        !(Begins(name) && xml.IsEmptyElement) && Read() && !(xml.NodeType == XmlNodeType.EndElement && xml.LocalName == name);

    /// <summary>The text of the element, in pieces: it may hold gigabytes.</summary>
    internal void Text(StringBuilder into, int most)
    {
        if (xml.IsEmptyElement || !Read() || xml.NodeType is not (XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.SignificantWhitespace or XmlNodeType.Whitespace))
            return;
        int count;
        while ((count = xml.ReadValueChunk(piece, 0, piece.Length)) > 0)
            if (into.Append(piece, 0, count).Length > most)
                throw new ProblemException(Problems.NotAWorkbook, new Explanation("Một ô quá dài.", "A cell is too long."));
    }

    public void Dispose() => xml.Dispose();

    /// <summary>Hands out so many bytes and no more until the next beginning.</summary>
    private sealed class Metered(Stream content) : ReadingStream
    {
        private const int Most = 1024 * 1024;
        private int taken;

        internal void Begin() => taken = 0;

        public override int Read(Span<byte> buffer)
        {
            var count = content.Read(buffer);
            taken += count;
            return taken <= Most ? count : throw new InvalidDataException();
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                content.Dispose();
            base.Dispose(disposing);
        }
    }
}
