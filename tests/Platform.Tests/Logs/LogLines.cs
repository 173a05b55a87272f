using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Platform.Tests.Logs;

/// <summary>Everything that a server logs: message, values, scopes and exceptions, of every category at every level.</summary>
internal sealed class LogLines : ILoggerProvider, ISupportExternalScope
{
    private readonly ConcurrentQueue<string> lines = new();
    private IExternalScopeProvider? scopes;

    internal IReadOnlyList<string> All => [.. lines];

    public ILogger CreateLogger(string categoryName) => new Category(this, categoryName);

    public void SetScopeProvider(IExternalScopeProvider scopeProvider) => scopes = scopeProvider;

    public void Dispose()
    {
        // What was logged is read after the server has ended.
    }

    private sealed class Category(LogLines log, string name) : ILogger
    {
        public bool IsEnabled(LogLevel logLevel) => true;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => log.scopes?.Push(state);

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            var values = state is IEnumerable<KeyValuePair<string, object?>> pairs ? string.Join(' ', pairs.Select(p => $"{p.Key}={p.Value}")) : "";
            var around = new List<string>();
            log.scopes?.ForEachScope((scope, found) => found.Add(scope is IEnumerable<KeyValuePair<string, object?>> all ? string.Join(' ', all.Select(p => $"{p.Key}={p.Value}")) : $"{scope}"), around);
            log.lines.Enqueue($"{name} {logLevel} {formatter(state, exception)} {values} {string.Join(' ', around)} {exception}");
        }
    }
}
