using Microsoft.OData;
using Platform.OData.Execution;
using Platform.OData.Parsing;

namespace Platform.OData.Writing;

/// <summary>Writes a page of changes: entities as they are now, and what is gone with the reason.</summary>
internal static class ChangeWriter
{
    public static async Task Write(ODataWriter writer, ChangePage page, Uri link, Uri serviceRoot, Negotiation agreed)
    {
        var isLast = page.Next.Until is null;
        await writer.WriteStartAsync(new ODataDeltaResourceSet { DeltaLink = isLast ? link : null, NextPageLink = isLast ? null : link });
        var row = new RowWriter(writer, serviceRoot, agreed, isDelta: true);
        foreach (var change in page.Changes)
        {
            if (change is { Row: not null, Fits: true })
            {
                await row.Write(change.Row, page.Shape);
                continue;
            }
            var id = change.Row is null
                ? new Uri(serviceRoot, $"{page.Shape.Map!.SetName}({Uri.EscapeDataString(change.RemovedKey!)})")
                : EntityUrl.Of(serviceRoot, page.Shape, change.Row, agreed.Version);
            await writer.WriteStartAsync(new ODataDeletedResource(id, change.Row is null ? DeltaDeletedEntryReason.Deleted : DeltaDeletedEntryReason.Changed));
            await writer.WriteEndAsync();
        }
        await writer.WriteEndAsync();
        await writer.FlushAsync();
    }
}
