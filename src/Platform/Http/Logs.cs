namespace Platform.Http;

/// <summary>
/// What never reaches a log, at whatever level it is asked to write: addresses with their queries, and the raw text of requests that are no
/// HTTP. A query may name a person, and a broken request may show a token.
/// </summary>
public static class Logs
{
    private static readonly string[] RequestTexts = ["Microsoft.AspNetCore.Hosting.Diagnostics", "Microsoft.AspNetCore.Server.Kestrel.BadRequests"];

    /// <summary>Silences the two categories of the framework that write them; their faults are still told.</summary>
    public static void WithoutRequestTexts(this ILoggingBuilder logging)
    {
        foreach (var category in RequestTexts)
            logging.AddFilter(category, LogLevel.Error);
    }
}
