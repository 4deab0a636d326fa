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

    /// <summary>Milliseconds that a hook may take.</summary>
    public int TimeoutMilliseconds { get; init; } = 2000;
}
