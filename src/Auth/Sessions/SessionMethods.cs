using Hedgerow.Auth.Data;

namespace Hedgerow.Auth.Sessions;

/// <summary>How a session proved who it is: the <c>amr</c> claim, newest first.</summary>
public static class SessionMethods
{
    private const string Methods = """
        select coalesce(jsonb_agg(jsonb_build_object('method', authentication_method, 'timestamp', extract(epoch from updated_at)::bigint) order by updated_at desc), '[]')::text
        from auth.mfa_amr_claims where session_id = @session
        """;

    /// <summary>A JSON array of method and timestamp (seconds since 1970).</summary>
    public static async Task<string> ReadAsync(AuthTransaction transaction, Guid session) =>
        await transaction.OneAsync<string>(Methods, new { session }) ?? "[]";
}
