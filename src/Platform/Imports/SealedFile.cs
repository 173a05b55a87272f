using System.Buffers.Binary;
using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;

namespace Platform.Imports;

/// <summary>
/// A file whose content lies on disk encrypted only: frames of AES-GCM under a key of its own, which stands in front, sealed by Data Protection; an empty frame ends it.
/// Frames are read in any order, because a workbook is.
/// </summary>
internal static class SealedFile
{
    private const int Frame = 64 * 1024, Tag = 16;

    /// <summary>Writes a stream to a new file and onto the disk; how many bytes it had.</summary>
    internal static async Task<long> Write(string path, Stream content, IDataProtector protector, CancellationToken cancellation)
    {
        var key = RandomNumberGenerator.GetBytes(32);
        var head = protector.Protect(key);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        await using var file = new FileStream(path, options);
        var length = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, head.Length);
        await file.WriteAsync(length, cancellation);
        await file.WriteAsync(head, cancellation);

        using var cipher = new AesGcm(key, Tag);
        var (plain, frame, total) = (new byte[Frame], new byte[Frame + Tag], 0L);
        int count;
        var index = 0L;
        for (; (count = await content.ReadAtLeastAsync(plain, Frame, throwOnEndOfStream: false, cancellation)) > 0; index++)
        {
            cipher.Encrypt(Nonce(index), plain.AsSpan(0, count), frame.AsSpan(0, count), frame.AsSpan(count, Tag));
            await file.WriteAsync(frame.AsMemory(0, count + Tag), cancellation);
            total += count;
        }

        cipher.Encrypt(Nonce(index), [], [], frame.AsSpan(0, Tag)); // the end: a file that was cut off has none
        await file.WriteAsync(frame.AsMemory(0, Tag), cancellation);
        file.Flush(flushToDisk: true);
        return total;
    }

    /// <summary>Opens a file for reading its content.</summary>
    internal static Stream Open(string path, IDataProtector protector) => new Content(File.OpenRead(path), protector);

    // The key is used for one file, so that the frame's number never comes twice under it.
    private static byte[] Nonce(long index)
    {
        var nonce = new byte[12];
        BinaryPrimitives.WriteInt64LittleEndian(nonce, index);
        return nonce;
    }

    private sealed class Content : Stream
    {
        private readonly FileStream file;
        private readonly AesGcm cipher;
        private readonly long begin;
        private readonly byte[] plain = new byte[Frame], frame = new byte[Frame + Tag];
        private long loaded = -1;
        private int count;

        internal Content(FileStream file, IDataProtector protector)
        {
            this.file = file;
            var length = new byte[4];
            file.ReadExactly(length);
            var head = new byte[BinaryPrimitives.ReadInt32LittleEndian(length)];
            file.ReadExactly(head);
            begin = file.Position;
            cipher = new AesGcm(protector.Unprotect(head), Tag);
            var (full, rest) = Math.DivRem(file.Length - begin - Tag, Frame + Tag);
            Length = (full * Frame) + Math.Max(0, rest - Tag);
            file.Seek(-Tag, SeekOrigin.End);
            file.ReadExactly(frame.AsSpan(0, Tag));
            cipher.Decrypt(Nonce(full + (rest > 0 ? 1 : 0)), [], frame.AsSpan(0, Tag), []);
        }

        public override bool CanRead => true;

        public override bool CanSeek => true;

        public override bool CanWrite => false;

        public override long Length { get; }

        public override long Position { get; set; }

        public override int Read(Span<byte> buffer)
        {
            var (index, within) = Math.DivRem(Position, Frame);
            if (Position >= Length)
                return 0;
            Load(index);
            var taken = Math.Min(buffer.Length, count - (int)within);
            plain.AsSpan((int)within, taken).CopyTo(buffer);
            Position += taken;
            return taken;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => ValueTask.FromResult(Read(buffer.Span));

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => Task.FromResult(Read(buffer.AsSpan(offset, count)));

        public override long Seek(long offset, SeekOrigin origin) => Position = origin switch
        {
            SeekOrigin.Begin => offset,
            SeekOrigin.Current => Position + offset,
            _ => Math.Max(0, Length + offset),
        };

        public override void Flush()
        {
        }

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                file.Dispose();
                cipher.Dispose();
            }

            base.Dispose(disposing);
        }

        private void Load(long index)
        {
            if (loaded == index)
                return;
            file.Position = begin + (index * (Frame + Tag));
            count = (int)Math.Min(Frame, Length - (index * Frame));
            file.ReadExactly(frame.AsSpan(0, count + Tag));
            cipher.Decrypt(Nonce(index), frame.AsSpan(0, count), frame.AsSpan(count, Tag), plain.AsSpan(0, count));
            loaded = index;
        }
    }
}
