using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Hedgerow.Auth.Tokens;
using Hedgerow.Postgres;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Hedgerow.Auth.Http;

/// <summary>A request as the room's handlers see it.</summary>
public sealed class AuthRequest(HttpContext http)
{
    /// <summary>Largest body taken, in bytes: nothing sent here is long.</summary>
    public const int MaxBodyBytes = 1024 * 1024;

    private const int MaxAgentLength = 1024;

    private static readonly FormOptions s_form = new() { ValueCountLimit = 32, KeyLengthLimit = 256, ValueLengthLimit = 64 * 1024, BufferBodyLengthLimit = MaxBodyBytes };

    /// <summary>The client's address, as the host (and the proxies it trusts) saw it; null where there is no socket.</summary>
    public System.Net.IPAddress? Address { get; } = http.Connection.RemoteIpAddress is { IsIPv4MappedToIPv6: true } mapped
        ? mapped.MapToIPv4()
        : http.Connection.RemoteIpAddress;

    /// <summary>The client's <c>User-Agent</c>, cut to a sane length. NUL cannot be stored.</summary>
    public string Agent { get; } = Cut(http.Request.Headers.UserAgent.ToString());

    /// <summary>A parameter of the query string; empty where it is missing.</summary>
    public string Query(string name) => http.Request.Query[name].ToString();

    /// <summary>Where the client wants the person to go, most wanted first: the header and the parameter <c>redirect_to</c>, then the page it was asked from.</summary>
    public IEnumerable<string> RedirectTargets => [http.Request.Headers["redirect_to"].ToString(), Query("redirect_to"), http.Request.Headers.Referer.ToString()];

    /// <summary>The port that the request came in by.</summary>
    public int LocalPort => http.Connection.LocalPort;

    /// <summary>All parameters of the query string; of those that come several times, the first.</summary>
    public IEnumerable<KeyValuePair<string, string>> QueryParameters => http.Request.Query.Select(pair => new KeyValuePair<string, string>(pair.Key, pair.Value[0] ?? ""));

    /// <summary>Whether there is an <c>Authorization</c> header; <see cref="Claims"/> says what it is worth.</summary>
    public bool IsAuthorized => http.Request.Headers.Authorization.Count > 0;

    /// <summary>The parameters of a form in the body, or of the query string where there is none.</summary>
    public async Task<Result<Dictionary<string, string>>> FormOrQueryAsync(CancellationToken cancellation)
    {
        if (!HttpMethods.IsPost(http.Request.Method) || !http.Request.HasFormContentType) return QueryParameters.ToDictionary(StringComparer.Ordinal);
        if (http.Request.ContentLength > MaxBodyBytes) return TooLarge;
        try
        {
            var form = await http.Request.ReadFormAsync(s_form, cancellation);
            return form.ToDictionary(pair => pair.Key, pair => pair.Value[0] ?? "", StringComparer.Ordinal);
        }
        catch (InvalidDataException)
        {
            return AuthErrors.Invalid("The form is malformed or too large");
        }
    }

    /// <summary>A part of the path.</summary>
    public string Route(string name) => http.Request.RouteValues[name]?.ToString() ?? "";

    /// <summary>The body as <typeparamref name="T"/>; an absent body is an empty object.</summary>
    public async Task<Result<T>> BodyAsync<T>(JsonTypeInfo<T> type, CancellationToken cancellation) where T : class, new()
    {
        if (http.Request.ContentLength > MaxBodyBytes) return TooLarge;
        using var buffer = new MemoryStream();
        var chunk = new byte[4096];
        int read;
        while ((read = await http.Request.Body.ReadAsync(chunk, cancellation)) > 0)
        {
            buffer.Write(chunk, 0, read);
            if (buffer.Length > MaxBodyBytes) return TooLarge;
        }
        if (buffer.Length == 0) return new T();
        var text = buffer.GetBuffer().AsSpan(0, (int)buffer.Length);
        try
        {
            if (!UnicodeJson.IsText(text)) return AuthErrors.BadJson("it holds what is no Unicode text");
            var body = JsonSerializer.Deserialize(text, type);
            return body is null ? new T() : body;
        }
        catch (JsonException e)
        {
            return AuthErrors.BadJson($"unexpected value at {e.Path ?? "$"}");
        }
    }

    /// <summary>The claims of the token in <c>Authorization</c>. The <c>apikey</c> header names a project, not a user.</summary>
    public Result<TokenClaims> Claims()
    {
        if (http.Request.Headers.Authorization is not [{ } authorization] || !BearerToken.Find(authorization, out var token) || token.IsEmpty)
            return AuthErrors.NoAuthorization;
        var identity = http.Features.Get<Identity>() ?? throw new InvalidOperationException("The host sets the identity before any room.");
        if (!identity.Caller.Ok(out var caller, out var error)) return AuthErrors.BadToken(error);
        return TokenClaims.Read(caller);
    }

    /// <summary>Passes where the token is the service role's; GoTrue's admin endpoints ask for it.</summary>
    public ApiError? AdminRefusal()
    {
        if (!Claims().Ok(out var claims, out var error)) return error;
        return claims.Role is "service_role" or "supabase_admin" ? null : AuthErrors.NotAdmin;
    }

    private static ApiError TooLarge => new(413, "validation_failed", $"The body is longer than {MaxBodyBytes} bytes");

    private static string Cut(string agent)
    {
        var clean = agent.Replace("\0", "", StringComparison.Ordinal);
        return clean.Length > MaxAgentLength ? clean[..MaxAgentLength] : clean;
    }
}
