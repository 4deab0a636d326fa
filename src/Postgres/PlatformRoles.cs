namespace Hedgerow.Postgres;

/// <summary>A role of the platform, as <c>sql/migrations/platform</c> makes it.</summary>
/// <param name="Login">It gets a password and connects.</param>
public sealed record PlatformRole(string Name, bool Login = false, bool BypassRls = false, bool Replication = false);

/// <summary>
/// The roles that the platform's scripts make. They are named here as well, because the rights to make them are asked for before the
/// first script runs, and the logins among them get their passwords from outside the scripts.
/// </summary>
public static class PlatformRoles
{
    public static IReadOnlyList<PlatformRole> All { get; } =
    [
        new("anon"),
        new("authenticated"),
        new("service_role", BypassRls: true),
        new("hedgerow_admin"),
        new("hedgerow_definer", BypassRls: true),
        new("authenticator", Login: true),
        new("hedgerow_auth", Login: true),
        new("hedgerow_storage", Login: true),
        new("hedgerow_realtime", Login: true, Replication: true),
        new("hedgerow_jobs", Login: true),
        new("supabase_auth_admin"),
    ];
}
