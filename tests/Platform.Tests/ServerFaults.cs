using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Platform.Tests;

/// <summary>The latest faults that the tests' servers have logged, so that a test that meets one can say what it was.</summary>
internal sealed class ServerFaults : ILoggerProvider, ILogger
{
    private const int Kept = 3;

    private static readonly ConcurrentQueue<string> Latest = new();

    internal static string Text => string.Join('\n', Latest);

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (!IsEnabled(logLevel))
            return;
        Latest.Enqueue($"{formatter(state, exception)} {exception}");
        while (Latest.Count > Kept)
            Latest.TryDequeue(out _);
    }

    public void Dispose()
    {
    }
}
