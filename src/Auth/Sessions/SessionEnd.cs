using Hedgerow.Auth.Data;

namespace Hedgerow.Auth.Sessions;

/// <summary>
/// Ends sessions; their refresh tokens go with them. Whoever changes sessions takes its locks in one order everywhere, so that no two ever
/// wait for each other: the user's row where it changes too, then sessions by id, then refresh tokens.
/// </summary>
public static class SessionEnd
{
    private const string All = """
        delete from auth.sessions where id in (
          select s.id from auth.sessions s where s.user_id = @user order by s.id for update)
        """;

    private const string One = "delete from auth.sessions where user_id = @user and id = @session";

    private const string Others = """
        delete from auth.sessions where id in (
          select s.id from auth.sessions s where s.user_id = @user and s.id is distinct from @session order by s.id for update)
        """;

    private const string LessProved = """
        delete from auth.sessions where id in (
          select s.id from auth.sessions s
          where s.user_id = @user and s.id <> @session and coalesce(s.aal, 'aal1') < 'aal2' order by s.id for update)
        """;

    // GoTrue, Session.DetermineTag: a session without a known tag counts to the first.
    private const string SameTag = """
        delete from auth.sessions where id in (
          select s.id
          from auth.sessions s
          where s.user_id = @user and s.id <> @session
            and case when s.tag = any(@tags) then s.tag else @tags[1] end
                is not distinct from (select case when own.tag = any(@tags) then own.tag else @tags[1] end from auth.sessions own where own.id = @session)
          order by s.id for update)
        """;

    /// <summary>Every session of the user.</summary>
    public static Task AllAsync(AuthTransaction transaction, Guid user) => transaction.ExecuteAsync(All, new { user });

    /// <summary>This session.</summary>
    public static Task OneAsync(AuthTransaction transaction, Guid user, Guid? session) => transaction.ExecuteAsync(One, new { user, session });

    /// <summary>Every session but this one; where there is none, all.</summary>
    public static Task OthersAsync(AuthTransaction transaction, Guid user, Guid? session) => transaction.ExecuteAsync(Others, new { user, session });

    /// <summary>The other sessions that no second factor was proved in.</summary>
    public static Task LessProvedAsync(AuthTransaction transaction, Guid user, Guid session) => transaction.ExecuteAsync(LessProved, new { user, session });

    /// <summary>The other sessions of this one's tag.</summary>
    public static Task OfSameTagAsync(AuthTransaction transaction, Guid user, Guid session, string[] tags) =>
        transaction.ExecuteAsync(SameTag, new { user, session, tags });
}
