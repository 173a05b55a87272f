using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Platform.Database;
using Platform.Http;

namespace Platform.Imports;

/// <summary>
/// How much of the folder one vendor may fill: the files that wait, and those that are just arriving, in number and in bytes. What is too much
/// is refused while it arrives, however its sender declares its length, so that room is left for the others.
/// </summary>
internal sealed class ImportRoom(ImportFolder folder, ImportOptions options)
{
    private readonly Lock gate = new();
    private readonly Dictionary<short, Arriving> vendors = [];

    /// <summary>Lets a file arrive, its bytes counted as they are read; disposing the answer ends it.</summary>
    internal async Task<IDisposable> Enter(HttpContext http, PlatformDb db, short vendor, CancellationToken cancellation)
    {
        var waiting = await db.ImportLeases.Where(l => l.VendorId == vendor).Select(l => l.ImportId).ToListAsync(cancellation);
        var bytes = waiting.Sum(folder.BytesOf);
        lock (gate)
        {
            if (!vendors.TryGetValue(vendor, out var arriving))
                vendors.Add(vendor, arriving = new Arriving());
            arriving.Waiting = bytes;
            if (waiting.Count + arriving.Files >= options.WaitingFiles)
                throw Full(http);
            arriving.Files++;
            return new Arrival(this, http, vendor, arriving);
        }
    }

    private long Most => options.WaitingBytes;

    private ProblemException Full(HttpContext http)
    {
        http.Response.OnStarting(() =>
        {
            http.Response.Headers.RetryAfter = "60";
            return Task.CompletedTask;
        });
        var (files, bytes) = (options.WaitingFiles.ToString(CultureInfo.InvariantCulture), options.WaitingBytes.ToString(CultureInfo.InvariantCulture));
        return new ProblemException(Problems.TooManyFilesWaiting, new Explanation(
            $"Tối đa {files} tệp và {bytes} byte của một đơn vị; hãy đợi một lần nhập kết thúc (webhook import.finished) hoặc hủy bớt: PUT /v1/imports/{{id}}/cancellation.",
            $"At most {files} files and {bytes} bytes of one vendor; wait until an import ends (webhook import.finished) or cancel one: PUT /v1/imports/{{id}}/cancellation."));
    }

    // Under the gate.
    private sealed class Arriving
    {
        internal int Files { get; set; }

        internal long Bytes { get; set; }

        /// <summary>Bytes of whole files, as last looked at and since.</summary>
        internal long Waiting { get; set; }
    }

    /// <summary>The body of one request, counted.</summary>
    private sealed class Arrival : ReadingStream
    {
        private readonly ImportRoom room;
        private readonly HttpContext http;
        private readonly short vendor;
        private readonly Arriving arriving;
        private readonly Stream body;
        private long read;

        internal Arrival(ImportRoom room, HttpContext http, short vendor, Arriving arriving)
        {
            (this.room, this.http, this.vendor, this.arriving, body) = (room, http, vendor, arriving, http.Request.Body);
            http.Request.Body = this;
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var count = await body.ReadAsync(buffer, cancellationToken);
            lock (room.gate)
            {
                read += count;
                arriving.Bytes += count;
                return arriving.Waiting + arriving.Bytes <= room.Most ? count : throw room.Full(http);
            }
        }

        // Until somebody looks again, what has arrived counts as waiting.
        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                http.Request.Body = body;
                lock (room.gate)
                {
                    arriving.Files--;
                    (arriving.Bytes, arriving.Waiting) = (arriving.Bytes - read, arriving.Waiting + read);
                    if (arriving.Files == 0)
                        room.vendors.Remove(vendor);
                }
            }

            base.Dispose(disposing);
        }
    }
}
