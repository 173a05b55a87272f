using Platform.OData.Rows;

namespace Platform.OData.Writing;

/// <summary>A shape made ready for writing: its labels as bytes, the values first, then what is nested.</summary>
internal sealed class RowFormat
{
    private RowFormat(ResultShape shape)
    {
        Shape = shape;
        Values = [.. shape.Fields.OfType<ValueField>().Select(field => new Value(field, Label(field.Name)))];
        Nesteds = [.. shape.Fields.Where(field => field is not ValueField).Select(field => field switch
        {
            OneField one => new Nested(field, Label(field.Name), Of(one.Shape)),
            ManyField many => new Nested(field, Label(field.Name), Of(many.Shape)) { Count = Label(field.Name + "@odata.count"), Next = Label(field.Name + "@odata.nextLink") },
            InlineField inline => new Nested(field, Label(field.Name), Of(inline.Shape)),
            _ => throw new InvalidOperationException(field.GetType().Name),
        })];
    }

    public ResultShape Shape { get; }
    public IReadOnlyList<Value> Values { get; }
    public IReadOnlyList<Nested> Nesteds { get; }

    public static RowFormat Of(ResultShape shape) => new(shape);

    private static byte[] Label(string name)
    {
        using var text = new JsonText(bigNumbersAsText: false);
        text.Text(name);
        text.Raw((byte)':');
        return text.Bytes;
    }

    /// <summary>A primitive member.</summary>
    internal sealed record Value(ValueField Field, byte[] Label);

    /// <summary>A nested member.</summary>
    internal sealed record Nested(ResultField Field, byte[] Label, RowFormat Format)
    {
        public byte[] Count { get; init; } = [];
        public byte[] Next { get; init; } = [];
    }
}
