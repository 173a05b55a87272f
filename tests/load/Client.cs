using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Platform.Load;

/// <summary>One kept-alive connection that does as little as it can: what it costs is the same for both servers.</summary>
internal sealed class Client(Uri server, string? token) : IDisposable
{
    private readonly TcpClient connection = Connect(server);
    private readonly byte[] buffer = new byte[256 * 1024];

    /// <summary>The request as it goes over the wire.</summary>
    internal byte[] Request(string path) => Encoding.ASCII.GetBytes(
        $"GET {path} HTTP/1.1\r\nHost: {server.Authority}\r\nAccept: application/json\r\n{(token is null ? "" : $"Authorization: Bearer {token}\r\n")}\r\n");

    /// <summary>Sends a request and reads the whole answer; returns its length on the wire.</summary>
    internal long Ask(byte[] request)
    {
        var stream = connection.GetStream();
        stream.Write(request);
        var (have, end) = (0, -1);
        while (end < 0)
        {
            have += Read(stream, have);
            end = buffer.AsSpan(0, have).IndexOf("\r\n\r\n"u8);
        }

        var head = buffer.AsSpan(0, end);
        if (!head.StartsWith("HTTP/1.1 200 "u8))
            throw new InvalidOperationException(Encoding.UTF8.GetString(buffer, 0, have));
        var at = head.IndexOf("Content-Length: "u8);
        if (at < 0)
            return Chunked(stream, have);
        var digits = head[(at + 16)..];
        var length = end + 4 + long.Parse(digits[..(digits.IndexOf((byte)'\r') is var stop and >= 0 ? stop : digits.Length)], CultureInfo.InvariantCulture);
        long total = have;
        while (total < length)
            total += Read(stream, 0);
        return total;
    }

    public void Dispose() => connection.Dispose();

    private long Chunked(NetworkStream stream, int have)
    {
        long total = have;
        while (!buffer.AsSpan(0, have).EndsWith("\r\n0\r\n\r\n"u8))
        {
            var kept = Math.Min(have, 8);
            buffer.AsSpan(have - kept, kept).CopyTo(buffer);
            var more = Read(stream, kept);
            total += more;
            have = kept + more;
        }

        return total;
    }

    private int Read(NetworkStream stream, int at) =>
        stream.Read(buffer, at, buffer.Length - at) is > 0 and var read ? read : throw new IOException("The server closed the connection within an answer.");

    private static TcpClient Connect(Uri server) => new(server.Host, server.Port) { NoDelay = true };
}
