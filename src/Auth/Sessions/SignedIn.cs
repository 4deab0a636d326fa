using Hedgerow.Auth.Data;
using Hedgerow.Auth.Http;
using Hedgerow.Auth.Users;
using Hedgerow.Postgres;

namespace Hedgerow.Auth.Sessions;

/// <summary>The person behind an access token, whose account and session still exist.</summary>
/// <param name="Session">Null in tokens that name no session.</param>
public sealed record SignedIn(User User, Guid? Session, string Assurance)
{
    private const string SessionExists = "select true from auth.sessions where id = @session and user_id = @user";

    public static async Task<Result<SignedIn>> FindAsync(AuthTransaction transaction, AuthRequest request)
    {
        if (!request.Claims().Ok(out var claims, out var error)) return error;
        if (claims.Subject is null) return AuthErrors.MissingSubject;
        if (!Guid.TryParse(claims.Subject, out var id)) return AuthErrors.MalformedSubject;
        if (await UserRows.FindAsync(transaction, id) is not { } user) return AuthErrors.UserOfTokenGone;
        if (claims.Session is { } session && !await transaction.OneAsync<bool>(SessionExists, new { session, user = id })) return AuthErrors.SessionOfTokenGone;
        return user.IsBanned ? AuthErrors.Banned : new SignedIn(user, claims.Session, claims.Assurance);
    }
}
