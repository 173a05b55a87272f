using Microsoft.EntityFrameworkCore;
using Platform.Database;
using Platform.Learning;
using Platform.Learning.Formats;

namespace Platform.Imports;

/// <summary>
/// Ids of completions that a mapping makes of what identifies a person: only keyed pseudonyms of them are kept. When the key was changed, a
/// row that was stored under an earlier one keeps its id, so that the same table sent again is all duplicates.
/// </summary>
internal sealed class HiddenIds(Pseudonyms pseudonyms, string accountKey)
{
    private readonly Dictionary<string, string[]> earlier = new(StringComparer.Ordinal);

    /// <summary>The id that is kept in the place of a text.</summary>
    internal string Hide(string text)
    {
        var hidden = pseudonyms.OfVendorLearner(Pseudonyms.PrefixOf(accountKey), $"completion:{text}");
        var id = $"{hidden.Newest:N}";
        if (hidden.Earlier.Length > 0)
            earlier[id] = [.. hidden.Earlier.Select(e => $"{e:N}")];
        return id;
    }

    /// <summary>The rows under the ids that they have; those read since the last time.</summary>
    internal async Task<List<ReadRow>> Settle(List<ReadRow> rows, PlatformDb db, CancellationToken cancellation)
    {
        if (earlier.Count == 0)
            return rows;
        var vendor = db.Scope.Vendor!.Value;
        var asked = earlier.SelectMany(e => (string[])[e.Key, .. e.Value]).Distinct().ToArray();
        var stored = (await db.Completions.Where(c => c.VendorId == vendor && asked.Contains(c.ExternalId)).Select(c => c.ExternalId).ToListAsync(cancellation)).ToHashSet(StringComparer.Ordinal);
        var names = asked.ToDictionary(id => id, id => pseudonyms.OfErased(vendor, id) is var name ? (Guid[])[name.Newest, .. name.Earlier] : [], StringComparer.Ordinal);
        var marks = names.Values.SelectMany(n => n).ToArray();
        var erased = (await db.ErasedCompletions.Where(e => e.VendorId == vendor && marks.Contains(e.Id)).Select(e => e.Id).ToListAsync(cancellation)).ToHashSet();
        var settled = earlier.ToDictionary(e => e.Key, e => ((string[])[e.Key, .. e.Value]).FirstOrDefault(id => stored.Contains(id) || names[id].Any(erased.Contains), e.Key), StringComparer.Ordinal);
        earlier.Clear();
        return [.. rows.Select(r => r.Row is { Id: { } id, Content: { } content } row && settled.TryGetValue(id, out var kept) ? r with { Row = row with { Id = kept, Content = content with { Id = kept } } } : r)];
    }
}
