using System.Data.Common;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing.Template;
using Microsoft.EntityFrameworkCore;
using Platform.Database;

namespace Platform.Http;

/// <summary>
/// Writes every failure as <c>application/problem+json</c>, or in the <see cref="ProblemForm"/> of its prefix, with its number, in Vietnamese or, where Accept-Language prefers it,
/// in English. Nothing of an unexpected fault leaves the server but a trace id.
/// </summary>
public static partial class ProblemWriter
{
    /// <summary>The longest address that is answered, in characters.</summary>
    public const int LongestAddress = 8 * 1024;

    /// <summary>Turns exceptions and empty error statuses into problems.</summary>
    public static void UseProblems(this WebApplication app)
    {
        app.UseExceptionHandler(new ExceptionHandlerOptions { ExceptionHandler = Handle, SuppressDiagnosticsCallback = c => IsRefusal(c.Exception) });
        app.UseStatusCodePages(context => Write(context.HttpContext, context.HttpContext.Response.StatusCode switch
        {
            401 => Problems.NotSignedIn,
            403 => Problems.NotAllowed,
            404 => Problems.NotFound,
            405 => Problems.MethodNotAllowed,
            406 => Problems.NotAcceptable,
            413 => Problems.TooLarge,
            415 => Problems.UnsupportedMediaType,
            422 => Problems.Invalid,
            >= 500 => Problems.Unexpected,
            _ => Problems.BadParameter,
        }, context.HttpContext.Response.StatusCode == StatusCodes.Status415UnsupportedMediaType ? Accepted(context.HttpContext) : null, []));
    }

    /// <summary>Refuses an address that is too long: the server's own refusal, of a far longer one, has no body.</summary>
    public static void UseAddressLimit(this WebApplication app) => app.Use((context, next) =>
        context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget.Length <= LongestAddress
            ? next(context)
            : Write(context, Problems.AddressTooLong, context.Request.Path.StartsWithSegments("/odata")
                ? new Explanation(
                    $"Tối đa {LongestAddress} ký tự; hãy gửi các tùy chọn trong thân: POST …/$query, Content-Type: text/plain.",
                    $"At most {LongestAddress} characters; send the options in a body: POST …/$query, Content-Type: text/plain.")
                : new Explanation($"Tối đa {LongestAddress} ký tự.", $"At most {LongestAddress} characters."), []));

    /// <summary>Answers what routing refused (no such address, method or content type) before anybody is asked to sign in for it.</summary>
    public static void UseRoutingRefusals(this WebApplication app) => app.Use((context, next) => context.GetEndpoint() switch
    {
        null => Write(context, Problems.NotFound, null, []),
        { Metadata.Count: 0, RequestDelegate: { } refuse } => refuse(context),
        _ => next(context),
    });

    /// <summary>True when the caller prefers English to Vietnamese.</summary>
    public static bool PrefersEnglish(this HttpContext context)
    {
        var accepted = context.Request.GetTypedHeaders().AcceptLanguage;
        return Quality("en") > Quality("vi");

        double Quality(string language) => accepted
            .Where(a => a.Value.StartsWith(language, StringComparison.OrdinalIgnoreCase))
            .Select(a => a.Quality ?? 1).DefaultIfEmpty(0).Max();
    }

    /// <summary>Writes one problem.</summary>
    public static Task Write(HttpContext context, ProblemKind kind, Explanation? detail, IReadOnlyList<FieldFault> faults)
    {
        var english = context.PrefersEnglish();
        var problem = Body(context, kind, detail, faults);
        context.Response.StatusCode = kind.Status;
        context.Response.ContentType = "application/problem+json; charset=utf-8";
        context.Response.Headers.ContentLanguage = english ? "en" : "vi";
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.Vary = "Accept-Language";
        if (kind.Status == 503)
            context.Response.Headers.RetryAfter = "5";
        if (Access.Challenge.For(context, kind.Status).ToArray() is { Length: > 0 } challenges)
            context.Response.Headers.WWWAuthenticate = challenges;
        if (context.RequestServices.GetServices<ProblemForm>().FirstOrDefault(form => context.Request.Path.StartsWithSegments(form.Prefix)) is { } own)
            return own.Write(context, problem);
        return HttpMethods.IsHead(context.Request.Method)
            ? Task.CompletedTask
            : context.Response.WriteAsync(problem.ToJsonString(Json.Options));
    }

    /// <summary>Writes the problem that an exception is.</summary>
    public static Task Write(HttpContext context, Exception exception)
    {
        var (kind, detail, faults) = Of(context, exception);
        return Write(context, kind, detail, faults);
    }

    /// <summary>The problem that an exception is, for an answer that has begun and can only end with it.</summary>
    public static JsonObject Body(HttpContext context, Exception exception)
    {
        var (kind, detail, faults) = Of(context, exception);
        return Body(context, kind, detail, faults);
    }

    /// <summary>True when the exception is the caller's to mend; every other is logged.</summary>
    public static bool IsRefusal(Exception exception) => Known(exception) is { Kind.Status: < 500 };

    private static JsonObject Body(HttpContext context, ProblemKind kind, Explanation? detail, IReadOnlyList<FieldFault> faults)
    {
        var english = context.PrefersEnglish();
        var problem = new JsonObject
        {
            ["type"] = kind.Type,
            ["title"] = kind.Title(english),
            ["status"] = kind.Status,
            ["code"] = kind.Code,
            ["instance"] = context.Request.Path.Value,
        };
        if (detail is not null)
            problem["detail"] = detail.In(english);
        if (faults.Count > 0)
            problem["errors"] = new JsonArray([.. faults.Select(f => Field(f, english))]);
        if (kind.Status >= 500)
            problem["traceId"] = context.TraceIdentifier;
        return problem;
    }

    /// <summary>A field at fault as JSON.</summary>
    public static JsonObject Field(FieldFault fault, bool english)
    {
        var field = new JsonObject { ["pointer"] = fault.Pointer, ["code"] = fault.Kind.Code, ["title"] = fault.Kind.Title(english) };
        if (fault.Detail is not null)
            field["detail"] = fault.Detail.In(english);
        return field;
    }

    // Routing, which refuses a content type, does not say which others there are.
    private static Explanation? Accepted(HttpContext context)
    {
        var types = string.Join(", ", context.RequestServices.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(e => e.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods.Contains(context.Request.Method) == true
                && new TemplateMatcher(TemplateParser.Parse(e.RoutePattern.RawText!), []).TryMatch(context.Request.Path, []))
            .SelectMany(e => e.Metadata.OfType<IAcceptsMetadata>()).SelectMany(a => a.ContentTypes).Distinct());
        return types.Length == 0 ? null : new Explanation($"Content-Type nhận được: {types}.", $"A Content-Type of {types}.");
    }

    private static Task Handle(HttpContext context) => Write(context, context.Features.Get<IExceptionHandlerFeature>()!.Error);

    // Who said what they had read is told that it is not that any more, whether or not it was so when the request was looked at.
    private static (ProblemKind Kind, Explanation? Detail, IReadOnlyList<FieldFault> Faults) Of(HttpContext context, Exception exception)
    {
        var known = Known(exception) ?? (IsBroken(context, exception) ? Problems.Met : Problems.Unexpected, null, []);
        return known.Kind == Problems.Met && exception.AsDatabase() is null && NamesRevision(context) ? known with { Kind = Problems.Changed } : known;
    }

    // The handler of exceptions has taken the endpoint out of the request.
    private static bool NamesRevision(HttpContext context) =>
        context.Request.Headers.IfMatch is { Count: > 0 } named && named != "*"
        && (context.Features.Get<IExceptionHandlerFeature>()?.Endpoint ?? context.GetEndpoint())?.Metadata.TakesIfMatch() == true;

    // What was looked at before saving has been added or removed by somebody since. It is logged all the same: what was not looked at ends here too.
    private static bool IsBroken(HttpContext context, Exception exception) =>
        exception.AsDatabase() is { } database && context.RequestServices.GetRequiredService<DatabaseOptions>().Dialect is var dialect
        && (dialect.IsCollision(database) || dialect.IsDangling(database));

    private static (ProblemKind Kind, Explanation? Detail, IReadOnlyList<FieldFault> Faults)? Known(Exception exception) => exception switch
    {
        ProblemException p => (p.Kind, p.Detail, p.Faults),
        BadHttpRequestException { StatusCode: 413 } => (Problems.TooLarge, null, []),
        BadHttpRequestException { StatusCode: 415 } => (Problems.UnsupportedMediaType, null, []),
        BadHttpRequestException { InnerException: JsonException json } => Malformed(json),
        BadHttpRequestException bad => (Problems.BadParameter, null, Parameter(bad)),
        JsonException json => Malformed(json),
        DbUpdateConcurrencyException => (Problems.Met, null, []),
        DbException met when Met(met) => (Problems.Met, null, []),
        DbException { IsTransient: true } => (Problems.Unavailable, null, []),
        // Entity Framework wraps what it takes for a passing failure.
        DbUpdateException or InvalidOperationException when exception.InnerException is (DbException or DbUpdateException) and { } inner => Known(inner),
        _ => null,
    };

    // Two changes of the same rows waited for each other, and the database ended one of them.
    private static bool Met(DbException failure) => failure is { SqlState: "40001" or "40P01" };

    // The framework names the parameter in its message only.
    private static List<FieldFault> Parameter(BadHttpRequestException bad) => Named().Match(bad.Message) is { Success: true } match
        ? [new FieldFault(match.Groups["name"].Value is var name and not "body" ? name : "", match.Groups["missing"].Success ? Problems.Required : Problems.WrongType)]
        : [];

    [GeneratedRegex("^(?:(?<missing>Required|Implicit body inferred for)|Failed to bind) parameter \"(?:[^\"]* )?(?<name>\\w+)\"", RegexOptions.None, 1000)]
    private static partial Regex Named();

    /// <summary>What the serializer refused: a member that is none, a word that an enum does not have, or a value of the wrong type.</summary>
    public static FieldFault Fault(JsonException json, string path, Explanation? where)
    {
        if (json.Message.Contains("could not be mapped to any .NET member", StringComparison.Ordinal))
            return new FieldFault(Json.Pointer(path), Problems.UnknownMember, Json.Members(json) ?? where);
        if (json.Message.Contains("Duplicate property", StringComparison.Ordinal))
            return new FieldFault(Json.Pointer(path), Problems.Repeated, Json.NameRepeated);
        return new FieldFault(Json.Pointer(path), Json.IsWord(json) ? Problems.UnknownWord : Problems.WrongType, Json.Expected(json) ?? where);
    }

    // A value of the wrong type has a path; text that is no JSON at all is the reader's own exception and has a position.
    private static (ProblemKind, Explanation?, IReadOnlyList<FieldFault>) Malformed(JsonException json)
    {
        var where = new Explanation(
            $"Dòng {json.LineNumber + 1}, byte {json.BytePositionInLine + 1}.", $"Line {json.LineNumber + 1}, byte {json.BytePositionInLine + 1}.");
        var isSyntax = json.GetType() != typeof(JsonException) || json.InnerException is JsonException;
        return !isSyntax && json.Path is { Length: > 1 } path
            ? (Problems.Invalid, null, [Fault(json, path, where)])
            : (Problems.MalformedBody, where, []);
    }
}
