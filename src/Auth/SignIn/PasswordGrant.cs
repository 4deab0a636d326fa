using Hedgerow.Auth.Audit;
using Hedgerow.Auth.Data;
using Hedgerow.Auth.Hooks;
using Hedgerow.Auth.Http;
using Hedgerow.Auth.Limits;
using Hedgerow.Auth.Sessions;
using Hedgerow.Auth.Users;
using Hedgerow.Postgres;

namespace Hedgerow.Auth.SignIn;

/// <summary><c>grant_type=password</c>. Unknown addresses and wrong passwords get the same answer after the same work.</summary>
public sealed class PasswordGrant(AuthDatabase database, SessionStart sessions, RateLimits limits, AttemptHooks hooks, AuthOptions options)
{
    // The left join keeps one row for unknown addresses too, so that a hash is computed for them as well.
    private const string Check = $"""
        select u.id, coalesce({Password.MatchesSql}, false) as matches, u.encrypted_password as hash, coalesce(u.banned_until > now(), false) as is_banned,
               case when asked.email is null then u.phone_confirmed_at else u.email_confirmed_at end is not null as is_confirmed
        from (values (@email, @phone)) as asked (email, phone)
        left join auth.users u on u.deleted_at is null and not u.is_sso_user and (u.email = asked.email or u.phone = asked.phone)
        """;

    public async Task<Result<Reply>> GrantAsync(AuthRequest request, TokenBody body, CancellationToken cancellation)
    {
        var email = string.IsNullOrEmpty(body.Email) ? null : body.Email.Trim().ToLowerInvariant();
        if (email is not null && !string.IsNullOrEmpty(body.Phone)) return AuthErrors.Invalid("Only an email address or phone number should be provided on login.");
        var phone = email is null && !string.IsNullOrEmpty(body.Phone) ? body.Phone.Replace(" ", "", StringComparison.Ordinal).TrimStart('+') : null;
        if (email is null && phone is null) return AuthErrors.Invalid("missing email or phone");
        if (phone is not null && !options.Sms.Enabled) return AuthErrors.PhoneDisabled with { Status = 422, Message = "Phone logins are disabled" };
        if (HoldsNul(email) || HoldsNul(phone) || HoldsNul(body.Password)) return AuthErrors.InvalidCredentials;

        // Two round trips: what is counted, and is not given back, with the check; and the session.
        var found = await limits.TakeThenAsync<Found>(
            limits.OfPassword(request, (email ?? phone)!), Check, new { email, phone, password = body.Password ?? "" }, cancellation);
        var rejected = found?.Id is { } known ? await hooks.OnPasswordAsync(request, known, found.Matches, cancellation) : null;
        if (rejected is not null || found is not { Id: { } id, Matches: true })
        {
            await AuditLog.WriteAsync(database, request, AuditAction.LoginFailed, new { provider = email is null ? "phone" : "email" }, cancellation);
            return rejected ?? AuthErrors.InvalidCredentials;
        }
        if (found.IsBanned) return AuthErrors.Banned with { Status = 400 };
        if (!found.IsConfirmed) return email is null ? AuthErrors.PhoneNotConfirmed : AuthErrors.EmailNotConfirmed;

        var session = await sessions.StartAsync(request, id, phone is null ? SignInMethod.Password : SignInMethod.PhonePassword, found.Hash, cancellation);
        return (session with { WeakPassword = Password.Weakness(body.Password ?? "", options) }).ToReply();
    }

    private static bool HoldsNul(string? text) => text?.Contains('\0', StringComparison.Ordinal) == true;

    private sealed record Found
    {
        public Guid? Id { get; init; }
        public bool Matches { get; init; }
        public string? Hash { get; init; }
        public bool IsBanned { get; init; }
        public bool IsConfirmed { get; init; }
    }
}
