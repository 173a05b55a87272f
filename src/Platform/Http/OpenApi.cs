using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.OpenApi;
using Platform.Http.Idempotency;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace Platform.Http;

/// <summary>The OpenAPI document: made from the endpoints and their doc comments, the same bytes for the same code.</summary>
public static class OpenApi
{
    /// <summary>Declares the problems an endpoint may answer with.</summary>
    public static T Fails<T>(this T builder, params int[] statuses)
        where T : IEndpointConventionBuilder
    {
        foreach (var status in statuses)
            builder.WithMetadata(new ProducesProblem(status));
        return builder;
    }

    /// <summary>True where If-Match is looked at: where 412 is said.</summary>
    public static bool TakesIfMatch(this IEnumerable<object> metadata) => metadata.OfType<ProducesProblem>().Any(p => p.StatusCode == 412);

    /// <summary>Registers the document platform.v1.</summary>
    public static void AddOpenApiDocument(this IServiceCollection services)
    {
        services.AddEndpointsApiExplorer();
        services.AddSwaggerGen(options =>
        {
            options.SwaggerDoc("v1", new OpenApiInfo
            {
                Title = "Platform",
                Version = "v1",
                Description = "Bình dân học vụ số: kế hoạch, chỉ tiêu, phân công, lượt hoàn thành khóa học và số liệu của mọi xã, phường. "
                    + "Figures across localities are read through OData at /odata.",
            });
            foreach (var file in Directory.GetFiles(AppContext.BaseDirectory, "Platform*.xml"))
                options.IncludeXmlComments(file, includeControllerXmlComments: false);
            options.SupportNonNullableReferenceTypes();
            options.OperationFilter<Operations>();
            options.DocumentFilter<Examples>();
            options.CustomOperationIds(api => api.ActionDescriptor.EndpointMetadata.OfType<IEndpointNameMetadata>().FirstOrDefault()?.EndpointName);
            options.AddSecurityDefinition("clientCredentials", new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.OAuth2,
                Flows = new OpenApiOAuthFlows
                {
                    ClientCredentials = new OpenApiOAuthFlow
                    {
                        TokenUrl = new Uri("/connect/token", UriKind.Relative),
                        Scopes = new Dictionary<string, string>
                        {
                            [Access.Scopes.Read] = "Đọc kế hoạch và số liệu",
                            [Access.Scopes.Write] = "Sửa kế hoạch và số liệu của địa phương mình",
                            [Access.Scopes.Complete] = "Gửi lượt hoàn thành khóa học",
                            [Access.Scopes.Manage] = "Quản lý tài khoản và quyền trong phạm vi của mình",
                            [Access.Scopes.People] = "Mời người dùng và quản lý việc đăng nhập của họ trong phạm vi của mình",
                            [Access.Scopes.OwnTasks] = "Xem nhiệm vụ của cơ quan mình",
                            [Access.Scopes.Audit] = "Đọc nhật ký",
                        },
                    },
                },
            });
            options.AddSecurityDefinition("session", new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.ApiKey,
                In = ParameterLocation.Cookie,
                Name = "__Host-platform-session",
                Description = "A person's session, set by signing in (without the prefix over http). Changes carry the header X-Antiforgery-Token too.",
            });
        });
    }

    private sealed class ProducesProblem(int status) : IProducesResponseTypeMetadata
    {
        public Type? Type => typeof(ProblemView);

        public int StatusCode => status;

        public IEnumerable<string> ContentTypes => ["application/problem+json"];
    }

    // Route parameters that the gate reads, who may call, and what each status means.
    private sealed class Operations : IOperationFilter
    {
        public void Apply(OpenApiOperation operation, OperationFilterContext context)
        {
            operation.Parameters ??= [];
            if (context.ApiDescription.RelativePath!.StartsWith("v1/", StringComparison.Ordinal))
            {
                Refuses(operation, context, "400", "Bad Request");
                Refuses(operation, context, "414", "URI Too Long");
                // Whatever changes something may meet another change of it (PLT-1020).
                if (!HttpMethods.IsGet(context.ApiDescription.HttpMethod!))
                    Refuses(operation, context, "409", "Conflict");
            }

            if (context.ApiDescription.ActionDescriptor.EndpointMetadata.TakesIfMatch())
            {
                operation.Parameters.Add(new OpenApiParameter
                {
                    Name = "If-Match",
                    In = ParameterLocation.Header,
                    Description = "The ETag of what was read: refused with 412 (PLT-1007) when it is another one by now.",
                    Schema = new OpenApiSchema { Type = JsonSchemaType.String },
                    Example = "\"3\"",
                });
            }

            if (context.ApiDescription.RelativePath!.Contains("{code}", StringComparison.Ordinal) && operation.Parameters.All(p => p.Name != "code"))
            {
                operation.Parameters.Insert(0, new OpenApiParameter
                {
                    Name = "code",
                    In = ParameterLocation.Path,
                    Required = true,
                    Description = "Code of the locality: two digits for a province, five for a commune.",
                    Schema = new OpenApiSchema { Type = JsonSchemaType.String, Pattern = "^([0-9]{2}|[0-9]{5})$" },
                    Example = "05953",
                });
            }

            if (IdempotencyGate.Takes(context.ApiDescription.HttpMethod, context.ApiDescription.ActionDescriptor.EndpointMetadata))
                DeclareIdempotency(operation, context);
            if (context.ApiDescription.ActionDescriptor.EndpointMetadata.OfType<Access.Requirement>().LastOrDefault() is { } requirement)
            {
                Refuses(operation, context, "429", "Too Many Requests");
                // Of a session without the header that a change carries, or of a place that is not the caller's.
                if (!HttpMethods.IsGet(context.ApiDescription.HttpMethod!))
                    Refuses(operation, context, "403", "Forbidden");
                var session = new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference("session", context.Document)] = [] };
                operation.Security = requirement.OfSession ? [session] :
                [
                    new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference("clientCredentials", context.Document)] = requirement.Scope is { } scope ? [scope] : [] },
                    session,
                ];
            }
        }
    }

    // Not declared at each route: the gate stands before all of them.
    private static void DeclareIdempotency(OpenApiOperation operation, OperationFilterContext context)
    {
        operation.Parameters!.Add(new OpenApiParameter
        {
            Name = IdempotencyGate.Header,
            In = ParameterLocation.Header,
            Description = "Makes sending again safe: the same request under the same key is carried out once and answered the same for 24 hours "
                + $"(then with {IdempotencyGate.Replayed}: true); another request under it is refused (PLT-1011), and so is the same one while it is being carried out (PLT-1012).",
            Schema = new OpenApiSchema { Type = JsonSchemaType.String, MaxLength = IdempotencyOptions.MaxKeyLength },
            Example = "8f14e45f-ceea-467f-a9d3-7f1e6b0c2a11",
        });
        foreach (var (status, meaning) in (ReadOnlySpan<(string, string)>)[("400", "Bad Request"), ("409", "Conflict"), ("413", "Content Too Large"), ("422", "Unprocessable Content")])
            Refuses(operation, context, status, meaning);
    }

    private static void Refuses(OpenApiOperation operation, OperationFilterContext context, string status, string meaning) =>
        operation.Responses!.TryAdd(status, new OpenApiResponse
        {
            Description = meaning,
            Content = new Dictionary<string, OpenApiMediaType>
            {
                ["application/problem+json"] = new() { Schema = context.SchemaGenerator.GenerateSchema(typeof(ProblemView), context.SchemaRepository) },
            },
        });

    private sealed class Examples : IDocumentFilter
    {
        public void Apply(OpenApiDocument swaggerDoc, DocumentFilterContext context)
        {
            foreach (var (operationId, example) in RequestExamples.All)
            {
                var operation = swaggerDoc.Paths.Values.SelectMany(p => p.Operations!.Values).Single(o => o.OperationId == operationId);
                foreach (var content in operation.RequestBody!.Content!.Where(c => c.Key.EndsWith("json", StringComparison.Ordinal)))
                    ((OpenApiMediaType)content.Value).Example = example;
            }
        }
    }
}

/// <summary>RFC 9457 problem as the API answers it.</summary>
/// <param name="Type">Address of the problem's description.</param>
/// <param name="Title">What failed, in Vietnamese or English by Accept-Language.</param>
/// <param name="Status">The HTTP status.</param>
/// <param name="Code">The number that programs rely on: PLT-1002.</param>
/// <param name="Instance">The path that was called.</param>
/// <param name="Detail">This occurrence.</param>
/// <param name="Errors">The fields at fault.</param>
/// <param name="TraceId">For a fault of the server: what to quote to its operator.</param>
public sealed record ProblemView(
    string Type, string Title, int Status, string Code, string? Instance, string? Detail, IReadOnlyList<ProblemFieldView>? Errors, string? TraceId);

/// <summary>A field at fault: JSON pointer into the body or name of the parameter.</summary>
public sealed record ProblemFieldView(string Pointer, string Code, string Title, string? Detail);
