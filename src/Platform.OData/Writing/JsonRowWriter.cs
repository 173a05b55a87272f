using System.Collections;
using Platform.OData.Parsing;
using Platform.OData.Rows;

namespace Platform.OData.Writing;

/// <summary>
/// Writes projected rows as JSON with minimal metadata or none, which is what clients ask for: the same bytes as the
/// protocol library's writer, without its object for every member. Full metadata is left to the library.
/// </summary>
internal sealed class JsonRowWriter(JsonText text, Uri serviceRoot, Negotiation agreed)
{
    private readonly bool omitsNulls = agreed.Preferences.OmitNulls;
    private readonly bool isPlain = agreed.Metadata == "none";

    /// <summary>Whether the answer is of a kind that is written here.</summary>
    public static bool CanWrite(Negotiation agreed) => agreed.Metadata != "full";

    public void Write(object row, RowFormat format, string? context = null)
    {
        text.Raw((byte)'{');
        var first = true;
        if (context is not null)
        {
            text.Raw("\"@odata.context\":"u8);
            text.Text(context);
            first = false;
        }
        if (format.Shape.IsReference)
        {
            Separate(ref first);
            text.Raw("\"@odata.id\":"u8);
            text.Text(EntityUrl.Of(serviceRoot, format.Shape, row, agreed.Version).AbsoluteUri);
        }
        else
        {
            Members(row, format, ref first);
        }
        text.Raw((byte)'}');
    }

    private void Members(object row, RowFormat format, ref bool first)
    {
        if (format.Shape.Version is not null && !isPlain)
        {
            Separate(ref first);
            text.Raw("\"@odata.etag\":"u8);
            text.Text($"W/\"{EntityVersion.Of(format.Shape, row)}\"");
        }
        foreach (var value in format.Values)
        {
            if (value.Field.IsAbsent?.Invoke(row) == true)
                continue;
            var read = value.Field.Read(row);
            if (read is null && omitsNulls)
                continue;
            Separate(ref first);
            text.Raw(value.Label);
            text.Value(read);
        }
        foreach (var nested in format.Nesteds)
            Write(nested, row, format, ref first);
    }

    private void Write(RowFormat.Nested nested, object row, RowFormat owner, ref bool first)
    {
        if (nested.Field is InlineField inline && inline.Shape.IsAbsent(row))
            return;
        Separate(ref first);
        switch (nested.Field)
        {
            case ManyField many:
                WriteMany(nested, many, row, owner);
                break;
            case InlineField:
                text.Raw(nested.Label);
                Write(row, nested.Format);
                break;
            case OneField one:
                text.Raw(nested.Label);
                if (one.Read(row) is { } inner)
                    Write(inner, nested.Format);
                else
                    text.Raw("null"u8);
                break;
        }
    }

    private void WriteMany(RowFormat.Nested nested, ManyField many, object row, RowFormat owner)
    {
        var members = (IList?)many.Read(row) ?? Array.Empty<object>();
        if (many.Count?.Invoke(row) is { } count)
        {
            text.Raw(nested.Count);
            text.Value(count);
            text.Raw((byte)',');
        }
        if (members.Count > many.Limit)
        {
            text.Raw(nested.Next);
            text.Text(RowWriter.RestLink(serviceRoot, owner.Shape, row, many, agreed).AbsoluteUri);
            text.Raw((byte)',');
        }
        text.Raw(nested.Label);
        text.Raw((byte)'[');
        for (var i = 0; i < Math.Min(members.Count, many.Limit ?? int.MaxValue); i++)
        {
            if (i > 0)
                text.Raw((byte)',');
            Write(members[i]!, nested.Format);
        }
        text.Raw((byte)']');
    }

    private void Separate(ref bool first)
    {
        if (!first)
            text.Raw((byte)',');
        first = false;
    }
}
