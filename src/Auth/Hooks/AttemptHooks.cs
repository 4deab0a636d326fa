using System.Buffers;
using System.Text.Json;
using Hedgerow.Auth.Data;
using Hedgerow.Auth.Http;
using Hedgerow.Auth.Mfa;
using Hedgerow.Auth.Sessions;
using Hedgerow.Postgres;

namespace Hedgerow.Auth.Hooks;

/// <summary>
/// Hooks that are told of each try at a password or second factor and may refuse it, right or wrong
/// (supabase.com/docs/guides/auth/auth-hooks/password-verification-hook, mfa-verification-hook).
/// </summary>
public sealed class AttemptHooks(AuthDatabase database, HookCaller caller, AuthOptions options)
{
    private const string PasswordRefusal = "Further password verification attempts will be rejected.";
    private const string FactorRefusal = "Further MFA verification attempts will be rejected.";

    private readonly HookTarget? _password = HookTarget.Parse(options.Hook.PasswordVerificationAttemptUri, options.Hook.PasswordVerificationAttemptSecrets);
    private readonly HookTarget? _factor = HookTarget.Parse(options.Hook.MfaVerificationAttemptUri, options.Hook.MfaVerificationAttemptSecrets);

    /// <summary>What a hook says to a password, or null. It has a transaction of its own: what it counts stays, whatever comes of the request.</summary>
    /// <exception cref="RefusedException">It failed.</exception>
    public async Task<ApiError?> OnPasswordAsync(AuthRequest request, Guid user, bool isRight, CancellationToken cancellation)
    {
        if (_password is null) return null;
        await using var transaction = await database.BeginAsync(cancellation);
        var output = await caller.AskAsync(transaction, _password, Input(request, "password-verification", user, isRight));
        var refusal = Refusal(output, PasswordRefusal) is { } message ? AuthErrors.InvalidCredentials with { Message = message } : null;
        if (refusal is not null && output.TryGetProperty("should_logout_user", out var ends) && ends.ValueKind == JsonValueKind.True)
            await SessionEnd.AllAsync(transaction, user);
        await transaction.CommitAsync();
        return refusal;
    }

    /// <summary>What a hook says to a second factor, or null. Where it refuses, the person's sessions are ended; the caller commits that.</summary>
    /// <exception cref="RefusedException">It failed.</exception>
    public async Task<ApiError?> OnFactorAsync(AuthTransaction transaction, AuthRequest request, Guid user, Factor factor, bool isRight)
    {
        if (_factor is null) return null;
        var output = await caller.AskAsync(transaction, _factor, Input(request, "mfa-verification", user, isRight, factor));
        if (Refusal(output, FactorRefusal) is not { } message) return null;
        await SessionEnd.AllAsync(transaction, user);
        return MfaErrors.RefusedByHook(message);
    }

    private static string? Refusal(JsonElement output, string otherwise)
    {
        if (output.ValueKind != JsonValueKind.Object || Text("decision") != "reject") return null;
        return Text("message") is { Length: > 0 } message ? message : otherwise;

        string? Text(string name) => output.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
    }

    private static ReadOnlyMemory<byte> Input(AuthRequest request, string name, Guid user, bool isRight, Factor? factor = null)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            HookMetadata.Write(json, name, request);
            json.WriteString("user_id", user);
            if (factor is not null)
            {
                json.WriteString("factor_id", factor.Id);
                json.WriteString("factor_type", factor.FactorType);
            }
            json.WriteBoolean("valid", isRight);
            json.WriteEndObject();
        }
        return buffer.WrittenMemory;
    }
}
