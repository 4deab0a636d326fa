using System.Globalization;
using Hedgerow.Auth.Audit;
using Hedgerow.Auth.Data;
using Hedgerow.Auth.Http;
using Hedgerow.Auth.Sessions;
using Hedgerow.Auth.Users;
using Hedgerow.Postgres;

namespace Hedgerow.Auth.Otp;

/// <summary><c>/verify</c>: someone proves that an address is theirs, by the link (GET, POST with <c>token_hash</c>) or by its code (POST), and is signed in.</summary>
public sealed class Verify(AuthDatabase database, OneTimeTokens tokens, SessionStart sessions, RedirectUrls redirects)
{
    private const int CodeAttempts = 10;

    private const string TakeAttempt = "select hedgerow.take_rate('auth:verify:' || @email, @allowed, '5 minutes')";

    private const string Confirm = """
        with identity as (
          update auth.identities set identity_data = identity_data || '{"email_verified": true}', updated_at = now()
          where user_id = @id and provider = 'email')
        update auth.users set
          email_confirmed_at = coalesce(email_confirmed_at, now()),
          raw_user_meta_data = coalesce(raw_user_meta_data, '{}') || '{"email_verified": true}',
          updated_at = now()
        where id = @id
        """;

    private const string HalfConfirm = "update auth.users set email_change_confirm_status = 1, updated_at = now() where id = @id";

    public async Task<Result<Reply>> PostAsync(AuthRequest request, CancellationToken cancellation)
    {
        if (!(await request.BodyAsync(BodyJson.Default.VerifyBody, cancellation)).Ok(out var body, out var error)) return error;
        if (KindsOf(body.Type) is not { } kinds) return AuthErrors.Invalid("Unsupported verification type");
        if (!(await HashAsync(body, cancellation)).Ok(out var hash, out error)) return error;
        var result = await RedeemAsync(request, hash, kinds, cancellation);
        return result.Ok(out var verified, out error)
            ? verified.Session?.ToReply() ?? Reply.Object(json =>
            {
                json.WriteString("msg", HalfWay);
                json.WriteString("code", "200");
            })
            : error;
    }

    /// <summary>For clickable links: the answer, good or bad, goes to the application in the redirect's fragment, which no server logs.</summary>
    public async Task<Result<Reply>> GetAsync(AuthRequest request, CancellationToken cancellation)
    {
        var target = redirects.Choose(request.Query("redirect_to"));
        var type = request.Query("type");
        if (KindsOf(type) is not { } kinds) return Redirect(target, Error(AuthErrors.Invalid("Unsupported verification type")));
        var result = await RedeemAsync(request, request.Query("token"), kinds, cancellation);
        if (!result.Ok(out var verified, out var error)) return Redirect(target, Error(error));
        return Redirect(target, verified.Session is not { } session ? [("message", HalfWay)] :
        [
            ("access_token", session.AccessToken),
            ("expires_at", session.ExpiresAt.ToString(CultureInfo.InvariantCulture)),
            ("expires_in", session.ExpiresIn.ToString(CultureInfo.InvariantCulture)),
            ("refresh_token", session.RefreshToken),
            ("token_type", "bearer"),
            ("type", type),
        ]);
    }

    private const string HalfWay = "Confirmation link accepted. Please proceed to confirm link sent to the other email";

    private static string[]? KindsOf(string? type) => type switch
    {
        "signup" or "invite" => [OneTimeTokens.Confirmation],
        "magiclink" or "recovery" => [OneTimeTokens.Recovery],
        "email" => [OneTimeTokens.Confirmation, OneTimeTokens.Recovery],
        "email_change" => [OneTimeTokens.EmailChangeCurrent, OneTimeTokens.EmailChangeNew],
        _ => null,
    };

    /// <summary>The hash that is asked for. Codes are short, so the tries at one address are counted, in a transaction of their own.</summary>
    private async Task<Result<string>> HashAsync(VerifyBody body, CancellationToken cancellation)
    {
        if (!string.IsNullOrEmpty(body.TokenHash)) return body.TokenHash;
        if (string.IsNullOrEmpty(body.Token)) return AuthErrors.Invalid("Verify requires a token or a token hash");
        if (EmailAddress.Normalise(body.Email) is not { } email) return AuthErrors.Invalid("Only an email address together with a token should be provided on verify");
        await using var transaction = await database.BeginAsync(cancellation);
        await transaction.ExecuteAsync(TakeAttempt, new { email, allowed = CodeAttempts });
        await transaction.CommitAsync();
        return tokens.Hash(email, body.Token);
    }

    private async Task<Result<Verified>> RedeemAsync(AuthRequest request, string hash, string[] kinds, CancellationToken cancellation)
    {
        if (hash.Length == 0 || hash.Contains('\0', StringComparison.Ordinal)) return AuthErrors.LinkExpired;
        await using var transaction = await database.BeginAsync(cancellation);
        if (await tokens.RedeemAsync(transaction, hash, kinds) is not { } token) return AuthErrors.LinkExpired;
        if (await UserRows.FindAsync(transaction, token.UserId) is not { } user) return AuthErrors.LinkExpired;
        if (user.IsBanned) return AuthErrors.Banned;

        var isComplete = true;
        switch (token.Kind)
        {
            // An address that has changed since proves nothing about the new one.
            case OneTimeTokens.Confirmation or OneTimeTokens.Recovery:
                if (token.RelatesTo != user.Email) return AuthErrors.LinkExpired;
                await transaction.ExecuteAsync(Confirm, new { id = user.Id });
                break;
            default:
                if (string.IsNullOrEmpty(user.EmailChange) || token.RelatesTo != (token.Kind == OneTimeTokens.EmailChangeNew ? user.EmailChange : user.Email))
                    return AuthErrors.LinkExpired;
                isComplete = !await tokens.IsWaitingAsync(transaction, user.Id, OneTimeTokens.EmailChangeCurrent, OneTimeTokens.EmailChangeNew);
                if (isComplete) await EmailChange.ApplyAsync(transaction, user.Id, user.EmailChange, confirmed: true);
                else await transaction.ExecuteAsync(HalfConfirm, new { id = user.Id });
                break;
        }
        await AuditLog.WriteAsync(transaction, request, AuditAction.UserModified, user, new { verified = token.Kind });
        var session = isComplete ? await sessions.StartAsync(transaction, request, user.Id, SignInMethod.Otp) : null;
        await transaction.CommitAsync();
        return new Verified(session);
    }

    private static (string, string)[] Error(ApiError error) =>
        [("error", "access_denied"), ("error_code", error.Code), ("error_description", error.Message)];

    private static Reply Redirect(string target, (string Name, string Value)[] fragment)
    {
        var pairs = string.Join('&', fragment.Select(pair => $"{pair.Name}={Uri.EscapeDataString(pair.Value)}"));
        return new Reply(303, default) { Headers = [new("Location", $"{new Uri(target.Split('#')[0]).AbsoluteUri}#{pairs}")] };
    }

    /// <param name="Session">Null where the other address still has to confirm.</param>
    private sealed record Verified(IssuedSession? Session);
}
