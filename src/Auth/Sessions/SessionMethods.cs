using Hedgerow.Auth.Data;

namespace Hedgerow.Auth.Sessions;

/// <summary>How a session proved who it is: the <c>amr</c> claim, newest first.</summary>
public static class SessionMethods
{
    /// <summary>An expression over a row <c>session</c> with <c>id</c>: a JSON array of method and timestamp (seconds since 1970).</summary>
    public const string Sql = """
        (select coalesce(jsonb_agg(jsonb_build_object('method', a.authentication_method, 'timestamp', extract(epoch from a.updated_at)::bigint) order by a.updated_at desc), '[]')::text
         from auth.mfa_amr_claims a where a.session_id = session.id)
        """;

    private const string Read = $"select {Sql} from (values (@session::uuid)) session (id)";

    /// <summary>A JSON array of method and timestamp (seconds since 1970).</summary>
    public static async Task<string> ReadAsync(AuthTransaction transaction, Guid session) =>
        await transaction.OneAsync<string>(Read, new { session }) ?? "[]";
}
