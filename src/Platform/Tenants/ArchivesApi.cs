using Microsoft.AspNetCore.Http.HttpResults;
using Platform.Access;
using Platform.Audit;
using Platform.Http;
using Platform.Http.Idempotency;

namespace Platform.Tenants;

/// <summary>Routes of signed archives: a commune's admin takes everything of the commune along, an operator reads it into another installation.</summary>
public static class ArchivesApi
{
    private const string Zip = "application/zip";

    private const long Longest = 1L << 30;

    public static void AddTenants(this IServiceCollection services)
    {
        services.AddOptions<ArchiveOptions>().BindConfiguration("Archives")
            .Validate(o => o.TrustedKeys.All(ArchiveKeys.IsKey), "Archives:TrustedKeys must be public keys as PEM.").ValidateOnStart();
        services.AddSingleton<ArchiveKeys>().AddScoped<TenantArchive>().AddScoped<TenantRestoration>().AddScoped<TenantRemoval>().AddScoped<Onboarding>();
    }

    public static void MapArchives(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v1/tenants/{code}/archive", ExportTenant).WithName(nameof(ExportTenant)).WithTags("Tenants").Require(Scopes.Write, Reach.RouteLocality).ReadsPeople()
            .Produces(200, contentType: Zip).Fails(401, 403, 404, 501);
        routes.MapPost("/v1/tenants/archive", ImportTenant).WithName(nameof(ImportTenant)).WithTags("Tenants").Require(Scopes.Manage, Reach.Administration).OfOperators().SafeToRepeat()
            .Accepts<byte[]>(Zip, "*/*").Produces<RestoredTenant>(200).WithMetadata(new BodyLimit(_ => Longest)).Fails(401, 403, 409, 413, 415, 422, 501);
        routes.MapGet("/v1/tenants/archive-key", GetArchiveKey).WithName(nameof(GetArchiveKey)).WithTags("Tenants").Require(null, Reach.Account).Fails(401, 403, 404);
    }

    /// <summary>Everything of a locality as a zip: a file of rows (NDJSON) per table, a manifest with their hashes, and a signature over the manifest.</summary>
    /// <remarks>
    /// It holds learners and completions, so it is the locality's own admin who takes it, while the locality can be read. Courses, vendors and
    /// localities stand in it by their codes. <c>manifest.sig</c> is an ECDSA signature (P-256, SHA-256, DER) over <c>manifest.json</c>, by the key at
    /// <c>/v1/tenants/archive-key</c>. Learners' names are pseudonyms under this installation's key: without that key they are names of nobody, and
    /// nothing in the archive leads back to a citizen number. What stays behind is listed in the manifest.
    /// </remarks>
    private static async Task ExportTenant(RouteLocality locality, HttpContext http, TenantArchive archive, CancellationToken cancellation)
    {
        await using var held = Held();
        await archive.Write(locality.Entry, http.Features.Get<Caller>()!.Key, held, cancellation);
        held.Position = 0;
        http.Response.ContentType = Zip;
        http.Response.ContentLength = held.Length;
        http.Response.Headers.CacheControl = "no-store";
        http.Response.Headers.ContentDisposition = $"attachment; filename=\"{locality.Entry.Code}.zip\"";
        await held.CopyToAsync(http.Response.Body, cancellation);
    }

    /// <summary>Reads an archive into its locality, which must hold nothing yet; all or nothing. For operators.</summary>
    /// <remarks>
    /// The signature must be this installation's or one of those in <c>Archives:TrustedKeys</c>; every file must be as the manifest says. Courses,
    /// vendors (by client id) and plans that it refers to must be here, and so must the pseudonym key that made its learners' names. A person
    /// who is known here already stays that person, and learners are counted again from all completions that are here.
    /// </remarks>
    private static async Task<Ok<RestoredTenant>> ImportTenant(HttpContext http, TenantRestoration restoration, CancellationToken cancellation)
    {
        if (http.Request.ContentType?.Split(';')[0].Trim() != Zip)
            throw new ProblemException(Problems.UnsupportedMediaType);
        await using var held = Held();
        await http.Request.Body.CopyToAsync(held, cancellation);
        held.Position = 0;
        return TypedResults.Ok(await restoration.Read(held, http.Features.Get<Caller>()!, cancellation));
    }

    // On disk, readable by this server alone, and gone with the request.
    private static FileStream Held()
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Options = FileOptions.DeleteOnClose | FileOptions.Asynchronous };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new FileStream(Path.Combine(Path.GetTempPath(), Path.GetRandomFileName()), options);
    }

    /// <summary>The public key of this installation's archives and receipts, for those who are to believe them; made with the first of them.</summary>
    private static async Task<Ok<ArchiveKeyView>> GetArchiveKey(ArchiveKeys keys, CancellationToken cancellation) =>
        TypedResults.Ok(new ArchiveKeyView(
            "ECDSA P-256, SHA-256, DER", await keys.PublicKey(cancellation) ?? throw new ProblemException(Problems.NothingSigned)));
}

/// <summary>What archives are signed with.</summary>
/// <param name="Algorithm">How.</param>
/// <param name="PublicKey">The public key, as PEM.</param>
public sealed record ArchiveKeyView(string Algorithm, string PublicKey);
