using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Hedgerow.Auth.Data;
using Hedgerow.Postgres;
using Microsoft.AspNetCore.Http;
using Npgsql;

namespace Hedgerow.Auth.Http;

/// <summary>A handler: a request in, a reply or a refusal out.</summary>
public delegate Task<Result<Reply>> AuthHandler(AuthRequest request, CancellationToken cancellation);

/// <summary>Stands between ASP.NET and the handlers: writes replies, and refusals in the version that the client speaks.</summary>
public static class AuthRoute
{
    private const string VersionHeader = "X-Supabase-Api-Version";

    // The one version beyond the first (supabase.com/docs/guides/auth/debugging/error-codes).
    private static readonly DateOnly s_newShape = new(2024, 1, 1);
    private static readonly JsonWriterOptions s_relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static RequestDelegate Of(AuthHandler handler) => async http =>
    {
        Result<Reply> result;
        try
        {
            result = await handler(new AuthRequest(http), http.RequestAborted);
        }
        catch (Exception e) when (RefusalOf(e) is { } refusal)
        {
            result = refusal;
        }
        if (result.Ok(out var reply, out var error)) await WriteAsync(http, reply);
        else await WriteAsync(http, error);
    };

    /// <summary>The same for handlers that only the service role may call.</summary>
    public static RequestDelegate ForAdmins(AuthHandler handler) => Of(async (request, cancellation) =>
        request.AdminRefusal() is { } refusal ? refusal : await handler(request, cancellation));

    /// <summary>The refusal that an exception stands for, or null where it is a fault of this server.</summary>
    public static ApiError? RefusalOf(Exception e) => e switch
    {
        RefusedException refused => refused.Refusal,
        PostgresException database => Refusal(database),
        _ => null,
    };

    /// <summary>Races that a unique index decided, and what an application's trigger on the auth tables refuses on purpose.</summary>
    internal static ApiError? Refusal(PostgresException e) => e switch
    {
        { SqlState: PostgresErrorCodes.UniqueViolation, ConstraintName: "users_email_partial_key" } => AuthErrors.EmailExists,
        { SqlState: PostgresErrorCodes.UniqueViolation, ConstraintName: "users_phone_key" } => AuthErrors.PhoneExists,
        { SqlState: PostgresErrorCodes.UniqueViolation } => new ApiError(409, "conflict", "The same change was made by another request"),
        { SqlState: "PT429" } => new ApiError(429, "over_request_rate_limit", $"Request rate limit reached. {e.Hint}"),
        { SqlState: PostgresErrorCodes.RaiseException } => new ApiError(400, "validation_failed", e.MessageText),
        { SqlState: ['P', 'T', '4', >= '0' and <= '9', >= '0' and <= '9'] } =>
            new ApiError(int.Parse(e.SqlState.AsSpan(2), CultureInfo.InvariantCulture), "validation_failed", e.MessageText),
        // U+0000 or half a surrogate pair in a text, a number beyond numeric's range: JSON may have them, PostgreSQL cannot hold them.
        { SqlState: PostgresErrorCodes.UntranslatableCharacter or PostgresErrorCodes.CharacterNotInRepertoire or PostgresErrorCodes.InvalidTextRepresentation } =>
            AuthErrors.Invalid("A text holds a character that cannot be stored"),
        { SqlState: PostgresErrorCodes.NumericValueOutOfRange } => AuthErrors.Invalid("A number is too large to be stored"),
        { SqlState: PostgresErrorCodes.StringDataRightTruncation } => AuthErrors.Invalid("A text is too long"),
        _ => null,
    };

    private static async Task WriteAsync(HttpContext http, Reply reply)
    {
        http.Response.StatusCode = reply.Status;
        // Tokens and personal data are in nearly every answer.
        http.Response.Headers.CacheControl = "no-store";
        foreach (var (name, value) in reply.Headers) http.Response.Headers[name] = value;
        if (reply.Json.IsEmpty) return;
        http.Response.ContentType = "application/json";
        http.Response.ContentLength = reply.Json.Length;
        await http.Response.Body.WriteAsync(reply.Json, http.RequestAborted);
    }

    private static async Task WriteAsync(HttpContext http, ApiError error)
    {
        var version = http.Request.Headers[VersionHeader].ToString();
        var isNewShape = DateOnly.TryParseExact(version, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date) && date >= s_newShape;
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer, s_relaxed))
        {
            json.WriteStartObject();
            if (isNewShape)
            {
                json.WriteString("code", error.Code);
                json.WriteString("message", error.Message);
            }
            else
            {
                json.WriteNumber("code", error.Status);
                json.WriteString("error_code", error.Code);
                json.WriteString("msg", error.Message);
            }
            if (error.DetailsJson is not null)
            {
                json.WritePropertyName("weak_password");
                json.WriteRawValue(error.DetailsJson);
            }
            json.WriteEndObject();
        }
        http.Response.StatusCode = error.Status;
        foreach (var (name, value) in error.Headers) http.Response.Headers[name] = value;
        if (isNewShape) http.Response.Headers[VersionHeader] = "2024-01-01";
        http.Response.ContentType = "application/json";
        http.Response.ContentLength = buffer.WrittenCount;
        await http.Response.Body.WriteAsync(buffer.WrittenMemory, http.RequestAborted);
    }
}
