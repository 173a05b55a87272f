using System.Net;
using System.Net.Sockets;

namespace Platform.Tests.Faults;

/// <summary>A wire between two programs of this machine, which can be laid to another port and cut after so many bytes.</summary>
internal sealed class Wire : IDisposable
{
    // What has passed shall arrive before the cut does.
    private static readonly TimeSpan Linger = TimeSpan.FromMilliseconds(100);

    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stop = new();
    private long mostSent = long.MaxValue, mostAnswered = long.MaxValue;

    internal Wire(int target)
    {
        Target = target;
        listener.Start();
        _ = Task.Run(Accept);
    }

    internal int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <summary>Where new connections lead.</summary>
    internal int Target { get; set; }

    /// <summary>Each new connection is cut as soon as it has carried more than this to the target, or back.</summary>
    internal void CutAfter(long sent, long answered) => (mostSent, mostAnswered) = (sent, answered);

    public void Dispose()
    {
        stop.Cancel();
        listener.Dispose();
        stop.Dispose();
    }

    private async Task Accept()
    {
        try
        {
            while (!stop.IsCancellationRequested)
                _ = Carry(await listener.AcceptSocketAsync(stop.Token));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The end of the test.
        }
    }

    private async Task Carry(Socket near)
    {
        using var far = new Socket(SocketType.Stream, ProtocolType.Tcp);
        using (near)
        {
            near.LingerState = far.LingerState = new LingerOption(true, 0); // a cut, not a farewell
            try
            {
                await far.ConnectAsync(IPAddress.Loopback, Target, stop.Token);
                await await Task.WhenAny(Pass(near, far, mostSent), Pass(far, near, mostAnswered));
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                // Either end is gone.
            }
        }
    }

    private async Task Pass(Socket from, Socket to, long most)
    {
        var buffer = new byte[16 * 1024];
        for (long all = 0; await from.ReceiveAsync(buffer, stop.Token) is > 0 and var count;)
        {
            var passed = (int)Math.Min(count, most - all);
            all += await to.SendAsync(buffer.AsMemory(0, passed), stop.Token);
            if (passed == count)
                continue;
            await Task.Delay(Linger, stop.Token);
            return;
        }
    }
}
