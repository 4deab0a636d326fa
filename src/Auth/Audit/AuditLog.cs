using System.Text.Json;
using Hedgerow.Auth.Data;
using Hedgerow.Auth.Http;
using Hedgerow.Auth.Users;

namespace Hedgerow.Auth.Audit;

/// <summary>
/// Writes <c>auth.audit_log_entries</c> in GoTrue's form (supabase/auth, internal/models/audit_log_entry.go), with the client's agent beside its address.
/// An entry belongs to the transaction of what it tells of.
/// </summary>
public static class AuditLog
{
    private const string Insert = """
        insert into auth.audit_log_entries (instance_id, id, payload, created_at, ip_address)
        values ('00000000-0000-0000-0000-000000000000', gen_random_uuid(), @payload::json, now(), @address)
        """;

    /// <summary>The same for statements that write it along with the rest, one of each of <paramref name="rows"/>.</summary>
    /// <param name="traits">An expression, or <c>null</c>.</param>
    /// <param name="rows">What stands behind FROM: rows called <c>u</c> with <c>id</c>, <c>email</c> and <c>phone</c> of who did it.</param>
    /// <remarks>Parameters: <c>@agent</c>, <c>@address</c>.</remarks>
    public static string EntrySql(AuditAction action, string traits, string rows) => $"""
        insert into auth.audit_log_entries (instance_id, id, payload, created_at, ip_address)
        select '00000000-0000-0000-0000-000000000000', gen_random_uuid(), json_build_object(
                 'action', '{action.Name}', 'actor_id', u.id, 'actor_username', coalesce(nullif(u.email, ''), u.phone, ''), 'actor_via_sso', false,
                 'log_type', '{action.Kind}', 'traits', {traits}, 'user_agent', @agent::text), now(), coalesce(@address::text, '')
        from {rows}
        """;

    /// <param name="actor">Who did it; null for the service role and for unknown addresses.</param>
    /// <param name="traits">What the action is about, never a secret.</param>
    public static Task WriteAsync(AuthTransaction transaction, AuthRequest request, AuditAction action, User? actor, object? traits = null) =>
        transaction.ExecuteAsync(Insert, Entry(request, action, actor, traits));

    /// <summary>The same for what nobody did, by itself.</summary>
    public static Task WriteAsync(AuthDatabase database, AuthRequest request, AuditAction action, object? traits, CancellationToken cancellation) =>
        database.ExecuteAsync(Insert, Entry(request, action, actor: null, traits), cancellation);

    private static object Entry(AuthRequest request, AuditAction action, User? actor, object? traits) => new
    {
        payload = JsonSerializer.Serialize(new
        {
            action = action.Name,
            actor_id = actor?.Id ?? Guid.Empty,
            actor_username = actor is null ? "service_role" : actor.Email is { Length: > 0 } email ? email : actor.Phone ?? "",
            actor_via_sso = false,
            log_type = action.Kind,
            traits,
            user_agent = request.Agent,
        }),
        address = request.Address?.ToString() ?? "",
    };
}

/// <summary>What can happen, under GoTrue's names.</summary>
/// <param name="Name">The payload's <c>action</c>.</param>
/// <param name="Kind">The payload's <c>log_type</c>: account, team, token, user, factor.</param>
public sealed record AuditAction(string Name, string Kind)
{
    public static AuditAction SignedUp { get; } = new("user_signedup", "team");
    public static AuditAction Invited { get; } = new("user_invited", "team");
    public static AuditAction ConfirmationRequested { get; } = new("user_confirmation_requested", "user");
    public static AuditAction RecoveryRequested { get; } = new("user_recovery_requested", "user");
    public static AuditAction Reauthenticate { get; } = new("user_reauthenticate_requested", "user");
    public static AuditAction RepeatedSignUp { get; } = new("user_repeated_signup", "user");
    public static AuditAction Login { get; } = new("login", "account");
    public static AuditAction LoginFailed { get; } = new("login_failed", "account");
    public static AuditAction Logout { get; } = new("logout", "account");
    public static AuditAction TokenRefreshed { get; } = new("token_refreshed", "token");
    public static AuditAction TokenRevoked { get; } = new("token_revoked", "token");
    public static AuditAction UserModified { get; } = new("user_modified", "user");
    public static AuditAction PasswordChanged { get; } = new("user_updated_password", "user");
    public static AuditAction FactorEnrolled { get; } = new("factor_in_progress", "factor");
    public static AuditAction FactorUnenrolled { get; } = new("factor_unenrolled", "factor");
    public static AuditAction FactorUpdated { get; } = new("factor_updated", "factor");
    public static AuditAction FactorDeleted { get; } = new("factor_deleted", "factor");
    public static AuditAction ChallengeCreated { get; } = new("challenge_created", "factor");
    public static AuditAction FactorVerified { get; } = new("verification_attempted", "factor");
    public static AuditAction LinkGenerated { get; } = new("generate_link", "user");
    public static AuditAction InviteAccepted { get; } = new("invite_accepted", "account");
    public static AuditAction IdentityLinked { get; } = new("identity_linked", "user");
    public static AuditAction IdentityUnlinked { get; } = new("identity_unlinked", "user");
    public static AuditAction ProviderCreated { get; } = new("custom_provider_created", "team");
    public static AuditAction ProviderChanged { get; } = new("custom_provider_updated", "team");
    public static AuditAction ProviderDeleted { get; } = new("custom_provider_deleted", "team");
    public static AuditAction UserDeleted { get; } = new("user_deleted", "team");
}
