using System.Buffers;
using System.Text.Json;
using Hedgerow.Auth.Data;
using Hedgerow.Auth.Http;

namespace Hedgerow.Auth.Hooks;

/// <summary>Lets a hook change an access token's claims before they are signed (supabase.com/docs/guides/auth/auth-hooks/custom-access-token-hook).</summary>
public sealed class AccessTokenHook(AuthOptions options, HookCaller caller)
{
    private readonly HookTarget? _target = HookTarget.Parse(options.Hook.CustomAccessTokenUri, options.Hook.CustomAccessTokenSecrets);

    public bool IsSet => _target is not null;

    private HookTarget Target => _target ?? throw new InvalidOperationException("No hook is set.");

    /// <summary>The claims that the hook made of <paramref name="claims"/>.</summary>
    /// <param name="method">What the token is for: <c>password</c>, <c>token_refresh</c> …</param>
    /// <exception cref="RefusedException">It refused, failed, took too long, or what it returned makes no token.</exception>
    public async Task<ReadOnlyMemory<byte>> RunAsync(
        AuthTransaction transaction, AuthRequest request, Guid user, ReadOnlyMemory<byte> claims, string method)
    {
        var output = await caller.AskAsync(transaction, Target, Input(request, user, claims, method));
        if (output.ValueKind != JsonValueKind.Object || !output.TryGetProperty("claims", out var changed)) throw caller.Refuse(Target, HookErrors.ClaimsMissing);
        if (ClaimsShape.Flaws(changed) is { Count: > 0 } flaws) throw caller.Refuse(Target, HookErrors.ClaimsMalformed(flaws));
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(buffer)) changed.WriteTo(json);
        return buffer.WrittenMemory;
    }

    /// <summary>A token that its own verifier would not take is not handed out.</summary>
    public RefusedException TooLong(int length) => caller.Refuse(Target, HookErrors.TokenTooLong(length));

    /// <summary>GoTrue's CustomAccessTokenInput (supabase/auth, internal/hooks/v0hooks).</summary>
    private static ReadOnlyMemory<byte> Input(AuthRequest request, Guid user, ReadOnlyMemory<byte> claims, string method)
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
        return buffer.WrittenMemory;
    }
}
