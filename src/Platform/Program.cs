using System.Text;
using Platform.Access;
using Platform.Access.People;
using Platform.Analytics;
using Platform.Assignments;
using Platform.Audit;
using Platform.CommandLine;
using Platform.Confirmations;
using Platform.Database;
using Platform.Http;
using Platform.Http.Idempotency;
using Platform.Imports;
using Platform.Learning;
using Platform.Limits;
using Platform.Localities;
using Platform.PersonalData;
using Platform.Plans;
using Platform.Rollup;
using Platform.Tenants;
using Platform.VendorPage;
using Platform.Webhooks;

Console.OutputEncoding = Encoding.UTF8;
return await Verbs.Run(args);

namespace Platform
{
    /// <summary>The server's table of contents: services, pipeline, one MapX per room.</summary>
    internal static class Server
    {
        internal static WebApplication Build(WebApplicationBuilder builder, DatabaseOptions database, Secrets secrets)
        {
            builder.WebHost.ConfigureConnections();
            var services = builder.Services;
            services.ConfigureHttpJsonOptions(json => Json.ConfigureBodies(json.SerializerOptions));
            services.Configure<RouteHandlerOptions>(o => o.ThrowOnBadRequest = true);
            services.AddSingleton(TimeProvider.System);
            builder.Logging.WithoutRequestTexts();
            var access = AccessOptions.From(builder.Configuration);
            services.AddCors();
            services.AddAccess(access, secrets.KeyProtection, secrets.ContactKeys, ExternalProvider.From(builder.Configuration));
            services.AddDatabase(database);
            services.AddSingleton<LocalityDirectory>();
            services.AddTenants();
            services.AddScoped<ReorganisationDesk>();
            services.AddScoped<PlanDocument>().AddScoped<TaskEditing>().AddScoped<AssignmentMatrix>();
            services.AddAudit();
            services.AddPersonalData();
            services.AddLimits();
            services.AddIdempotency(secrets.TokenKey, secrets.FormerTokenKey);
            services.AddWebhooks();
            services.AddIntake(builder.Configuration, secrets.Pseudonyms);
            services.AddConfirmations(builder.Configuration);
            services.AddBodies();
            services.AddImports(builder.Configuration);
            services.AddAnalytics(builder.Configuration);
            services.AddHealthChecks().AddCheck<DatabaseHealth>("database");
            services.AddOpenApiDocument();

            var app = builder.Build();
            app.UseHardening();
            app.UseProblems();
            app.UseAddressLimit();
            app.UseDocumentationPage();
            app.UseRouting();
            app.UseOrigins(access.AllowedOrigins);
            app.UseRoutingRefusals();
            app.UseAuthentication();
            app.UseAuthorization();
            app.UseTenantGate();
            app.UseLimits();
            app.UseKnownParameters();
            app.UseAudit();
            app.UseBodies();
            app.UseIdempotency();
            app.MapDocumentation();
            app.MapHealthChecks("/health").AllowAnonymous();
            app.MapAccess();
            app.MapLocalities();
            app.MapTenants();
            app.MapArchives();
            app.MapDeletions();
            app.MapPlans();
            app.MapAssignments();
            app.MapLearning();
            app.MapImports();
            app.MapConfirmations();
            app.MapRollup();
            app.MapWebhooks();
            app.MapPersonalData();
            app.MapAnalytics(secrets.PagingKey);
            app.MapVendorExamples();
            return app;
        }
    }
}
