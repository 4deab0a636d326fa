using Hedgerow.Auth.Data;

namespace Hedgerow.Auth.Sessions;

/// <summary>How a session proved who it is: the <c>amr</c> claim, newest first.</summary>
public static class SessionMethods
{
    private static readonly string s_read = $"select {Of("@session")}";

    /// <summary>An expression for the methods of <paramref name="session"/>: a JSON array of method and timestamp (seconds since 1970).</summary>
    /// <param name="session">An expression for the session's id.</param>
    public static string Of(string session) => $"""
        array_to_json(array(
          select jsonb_build_object('method', a.authentication_method, 'timestamp', extract(epoch from a.updated_at)::bigint)
          from auth.mfa_amr_claims a where a.session_id = {session} order by a.updated_at desc))::text
        """;

    /// <summary>A JSON array of method and timestamp (seconds since 1970).</summary>
    public static async Task<string> ReadAsync(AuthTransaction transaction, Guid session) =>
        await transaction.OneAsync<string>(s_read, new { session }) ?? "[]";
}
