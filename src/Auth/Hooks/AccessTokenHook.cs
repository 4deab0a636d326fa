using System.Buffers;
using System.Text;
using System.Text.Json;
using Hedgerow.Auth.Data;
using Hedgerow.Auth.Http;
using Hedgerow.Auth.Tokens;
using Hedgerow.Postgres;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Hedgerow.Auth.Hooks;

/// <summary>
/// Lets a function of the database's change an access token's claims before they are signed
/// (supabase.com/docs/guides/auth/auth-hooks/custom-access-token-hook).
/// </summary>
public sealed class AccessTokenHook(AuthOptions options, ILogger<AccessTokenHook> logger)
{
    /// <summary>Longest answer taken, in bytes (GoTrue's limit).</summary>
    private const int MaxBytes = 200 * 1024;

    private const string Enter = "select set_config('role', 'supabase_auth_admin', true), set_config('statement_timeout', @timeout, true)";
    private const string Leave = "select set_config('role', 'none', true), set_config('statement_timeout', @timeout, true)";
    private const string OwnTimeout = "select current_setting('statement_timeout')";

    private readonly HookFunction? _function =
        options.Hook.CustomAccessTokenUri.Length > 0 ? HookFunction.Parse(options.Hook.CustomAccessTokenUri) : null;

    public bool IsSet => _function is not null;

    /// <summary>The claims that the function made of <paramref name="claims"/>.</summary>
    /// <param name="method">What the token is for: <c>password</c>, <c>token_refresh</c> …</param>
    /// <exception cref="AccessTokenRefusedException">It refused, failed, took too long, or what it returned makes no token.</exception>
    public async Task<ReadOnlyMemory<byte>> RunAsync(
        AuthTransaction transaction, AuthRequest request, Guid user, ReadOnlyMemory<byte> claims, string method)
    {
        var function = _function ?? throw new InvalidOperationException("No hook is set.");
        var input = Input(request, user, claims, method);
        string? answer;
        try
        {
            var before = await transaction.OneAsync<string>(OwnTimeout);
            await transaction.ExecuteAsync(Enter, new { timeout = options.Hook.TimeoutMilliseconds.ToString(System.Globalization.CultureInfo.InvariantCulture) });
            answer = await transaction.OneAsync<string>(function.CallSql, new { input });
            await transaction.ExecuteAsync(Leave, new { timeout = before });
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.QueryCanceled)
        {
            throw Refuse(HookErrors.Timeout(options.Hook.TimeoutMilliseconds / 1000d), e);
        }
        catch (PostgresException e)
        {
            throw Refuse(HookErrors.Failed(function.Uri), e);
        }
        return Read(answer);
    }

    /// <summary>A token that its own verifier would not take is not handed out.</summary>
    public AccessTokenRefusedException TokenTooLong(int length) => Refuse(HookErrors.TokenTooLong(length));

    private ReadOnlyMemory<byte> Read(string? answer)
    {
        var bytes = Encoding.UTF8.GetByteCount(answer ?? "");
        if (bytes > MaxBytes) throw Refuse(HookErrors.PayloadTooLarge(MaxBytes));
        using var document = JsonDocument.Parse(answer ?? "null");
        var output = document.RootElement;
        if (output.ValueKind == JsonValueKind.Object && output.TryGetProperty("error", out var refusal) && HookErrors.Of(refusal) is { } stated)
            throw Refuse(stated);
        if (output.ValueKind != JsonValueKind.Object || !output.TryGetProperty("claims", out var claims)) throw Refuse(HookErrors.ClaimsMissing);
        if (ClaimsShape.Flaws(claims) is { Count: > 0 } flaws) throw Refuse(HookErrors.ClaimsMalformed(flaws));
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(buffer)) claims.WriteTo(json);
        return buffer.WrittenMemory;
    }

    private AccessTokenRefusedException Refuse(ApiError error, Exception? cause = null)
    {
        HookLog.Refused(logger, cause, _function!.Uri, error.Code, error.Message);
        return new AccessTokenRefusedException(error, cause);
    }

    /// <summary>GoTrue's CustomAccessTokenInput (supabase/auth, internal/hooks/v0hooks).</summary>
    private static string Input(AuthRequest request, Guid user, ReadOnlyMemory<byte> claims, string method)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            HookMetadata.Write(json, "customize-access-token", request);
            json.WriteString("user_id", user);
            json.WritePropertyName("claims");
            json.WriteRawValue(claims.Span, skipInputValidation: true);
            json.WriteString("authentication_method", method);
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
