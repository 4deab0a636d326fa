using System.Buffers;
using System.Text;
using System.Text.Json;
using Hedgerow.Postgres;
using Hedgerow.Storage.Objects;
using Microsoft.AspNetCore.Http;

namespace Hedgerow.Storage.Api;

/// <summary>A request as the room's handlers see it.</summary>
public sealed class StorageRequest(HttpContext http, string operation)
{
    /// <summary>Largest JSON body in bytes.</summary>
    public const int MaxJsonBytes = 1024 * 1024;

    private static readonly HashSet<string> s_secret = new(StringComparer.OrdinalIgnoreCase) { "Authorization", "x-signature", "x-amz-security-token" };
    private static readonly Caller s_anonymous = new("anon", """{"role":"anon"}""");
    private static readonly Caller s_service = new("service_role", """{"role":"service_role"}""");

    public HttpContext Http => http;

    /// <summary>Who asks. Without a good token: nobody, as the <c>anon</c> role.</summary>
    public Session Session => field ??= new(CallerOf(http) ?? s_anonymous, operation, http.Request.Method, http.Request.Path.Value ?? "", Headers(http.Request.Headers));

    /// <summary>With the rights of the platform, for what the token of a signed URL allows.</summary>
    public Session AsService => Session with { Caller = s_service };

    /// <summary>The request brought a token, and it is good.</summary>
    public bool IsAuthenticated => HasToken(http) && CallerOf(http) is not null;

    /// <summary>Why the request cannot go on where a token is needed; null where it can.</summary>
    public ApiError? TokenRefusal()
    {
        if (!HasToken(http)) return StorageErrors.NoAuthorization;
        return Identified(http).Ok(out _, out var error) ? null : StorageErrors.AccessDenied(Reason(error));
    }

    /// <summary>The bucket in the path.</summary>
    public string Bucket => Route("bucket");

    /// <summary>The object's name in the path: everything behind the bucket.</summary>
    public string Name => Route("name");

    /// <summary>A parameter of the query string; null where it is missing.</summary>
    public string? Query(string name) => http.Request.Query.TryGetValue(name, out var values) ? values.ToString() : null;

    public string? Header(string name) => http.Request.Headers.TryGetValue(name, out var values) ? values.ToString() : null;

    /// <summary>An object may be replaced.</summary>
    public bool IsUpsert => string.Equals(Header("x-upsert"), "true", StringComparison.OrdinalIgnoreCase);

    /// <summary>The body, a JSON object. An absent one counts as empty.</summary>
    public async Task<Result<JsonElement>> JsonAsync(CancellationToken cancellation)
    {
        if (http.Request.ContentLength > MaxJsonBytes) return StorageErrors.BodyTooLarge;
        using var buffer = new MemoryStream();
        var chunk = new byte[4096];
        for (int read; (read = await http.Request.Body.ReadAsync(chunk, cancellation)) > 0;)
        {
            buffer.Write(chunk, 0, read);
            if (buffer.Length > MaxJsonBytes) return StorageErrors.BodyTooLarge;
        }
        try
        {
            var json = buffer.Length == 0 ? "{}"u8.ToArray() : buffer.GetBuffer().AsMemory(0, (int)buffer.Length);
            using var document = UnicodeJson.Parse(json);
            return document.RootElement.ValueKind == JsonValueKind.Object ? document.RootElement.Clone() : StorageErrors.Invalid("body must be object");
        }
        catch (JsonException)
        {
            return StorageErrors.Invalid("The body is not JSON, or not Unicode text");
        }
    }

    private string Route(string name) =>
        // The server decodes everything but %2F.
        http.Request.RouteValues[name]?.ToString()?.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase) ?? "";

    private static bool HasToken(HttpContext http) => http.Request.Headers.Authorization.Count > 0 || http.Request.Headers.ContainsKey("apikey");

    private static Result<Caller> Identified(HttpContext http) =>
        (http.Features.Get<Identity>() ?? throw new InvalidOperationException("The host sets the identity before any room.")).Caller;

    private static Caller? CallerOf(HttpContext http) => Identified(http).Ok(out var caller, out _) ? caller : null;

    /// <summary>In the words of the library that Supabase's server verifies with, which clients match on.</summary>
    private static string Reason(ApiError error) => error switch
    {
        { Message: "JWT expired" } => "\"exp\" claim timestamp check failed",
        { Code: "PGRST301", Details: "None of the keys was able to decode the JWT" } => "signature verification failed",
        { Code: "PGRST301" } => "Invalid Compact JWS",
        _ => error.Message,
    };

    private static string Headers(IHeaderDictionary headers)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            foreach (var (name, values) in headers)
                // Who asks is in the claims; the token itself is nobody's business, nor is that of a signed URL.
                if (!s_secret.Contains(name)) json.WriteString(name.ToLowerInvariant(), values.ToString());
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
