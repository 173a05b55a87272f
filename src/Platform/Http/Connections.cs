namespace Platform.Http;

/// <summary>How connections are served: bodies that come slowly are waited for, and what waits for its turn waits with its sender.</summary>
internal static class Connections
{
    internal static void ConfigureConnections(this ConfigureWebHostBuilder host)
    {
        host.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = 16 * 1024 * 1024;
            kestrel.Limits.MaxRequestLineSize = 8 * ProblemWriter.LongestAddress;
            kestrel.Limits.MinRequestBodyDataRate = new(bytesPerSecond: 240, gracePeriod: TimeSpan.FromMinutes(1)); // a stream may pause after its first rows
        });
        host.UseSockets(sockets =>
        {
            sockets.MaxReadBufferSize = 128 * 1024;
            sockets.WaitForDataBeforeAllocatingBuffer = false; // one call for each piece of a long body, not two
        });
    }
}
