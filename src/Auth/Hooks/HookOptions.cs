namespace Hedgerow.Auth.Hooks;

/// <summary>Hooks. Section <c>Auth:Hook</c>; names and forms are GoTrue's (<c>GOTRUE_HOOK_…</c>; supabase.com/docs/guides/auth/auth-hooks).</summary>
public sealed record HookOptions
{
    /// <summary>
    /// A function that may change the claims of each access token (<c>GOTRUE_HOOK_CUSTOM_ACCESS_TOKEN_URI</c>), as
    /// <c>pg-functions://postgres/schema/function</c>. It takes and returns <c>jsonb</c> and runs as the role <c>supabase_auth_admin</c>, which may do
    /// what was granted to it and nothing else. Where it fails, the token is refused. Empty: none.
    /// </summary>
    public string CustomAccessTokenUri { get; init; } = "";

    /// <summary>
    /// An address (<c>https://…</c>) that text messages are handed to, in place of a provider (<c>GOTRUE_HOOK_SEND_SMS_URI</c>). They are queued
    /// first, so that none is lost; a hook that cannot be reached, or answers 429 or 5xx, is asked again.
    /// </summary>
    public string SendSmsUri { get; init; } = "";

    /// <summary>What signs them (Standard Webhooks): <c>v1,whsec_&lt;base64&gt;</c>, several separated by <c>|</c> (<c>GOTRUE_HOOK_SEND_SMS_SECRETS</c>).</summary>
    public string SendSmsSecrets { get; init; } = "";

    /// <summary>Milliseconds that a function of the database's may take.</summary>
    public int TimeoutMilliseconds { get; init; } = 2000;
}
