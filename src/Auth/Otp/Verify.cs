using Hedgerow.Auth.Data;
using Hedgerow.Auth.Hooks;
using Hedgerow.Auth.Http;
using Hedgerow.Auth.Limits;
using Hedgerow.Auth.Phone;
using Hedgerow.Auth.Pkce;
using Hedgerow.Auth.Sessions;
using Hedgerow.Auth.Users;
using Hedgerow.Postgres;
using Npgsql;

namespace Hedgerow.Auth.Otp;

/// <summary>
/// <c>/verify</c>: someone proves that an address is theirs, by the link (GET, POST with <c>token_hash</c>) or by its code (POST), and is signed in.
/// Source: supabase/auth, internal/api/verify.go.
/// </summary>
public sealed class Verify(
    AuthDatabase database, OneTimeTokens tokens, Redemption redemption, PhoneVerify phone, RateLimits limits, SessionStart sessions, FlowStates flows, RedirectUrls redirects)
{
    private const string HalfWay = "Confirmation link accepted. Please proceed to confirm link sent to the other email";

    public async Task<Result<Reply>> PostAsync(AuthRequest request, CancellationToken cancellation)
    {
        if (!(await request.BodyAsync(BodyJson.Default.VerifyBody, cancellation)).Ok(out var body, out var error)) return error;
        if (!string.IsNullOrEmpty(body.Type) && !string.IsNullOrEmpty(body.Phone)) return await phone.PostAsync(request, body, cancellation);
        if (Refusal(body) is { } refusal) return refusal;
        if (KindsOf(body.Type) is not { } kinds) return AuthErrors.Invalid("Unsupported verification type");
        var isCode = !string.IsNullOrEmpty(body.Token);
        if (isCode && EmailAddress.Normalise(body.Email) is null) return AuthErrors.Invalid("Invalid email format") with { Status = 422 };
        // Codes are short: tries at one address are counted.
        if (isCode) await limits.TakeCodeAsync(EmailAddress.Normalise(body.Email)!, cancellation);
        var hashes = isCode ? tokens.Hashes(EmailAddress.Normalise(body.Email)!, body.Token!) : [body.TokenHash!];

        await using var transaction = await database.BeginAsync(cancellation);
        if (!(await redemption.RedeemAsync(transaction, request, hashes, kinds)).Ok(out var redeemed, out error))
            return isCode && error == AuthErrors.LinkExpired ? AuthErrors.CodeExpired : error;
        var session = redeemed.IsComplete ? await sessions.StartAsync(transaction, request, redeemed.User, SignInMethod.Otp) : null;
        await transaction.CommitAsync();
        return session?.ToReply() ?? Reply.Object(json =>
        {
            json.WriteString("msg", HalfWay);
            json.WriteString("code", "200");
        });
    }

    /// <summary>For clickable links. The answer, good or bad, goes to the application.</summary>
    public async Task<Result<Reply>> GetAsync(AuthRequest request, CancellationToken cancellation)
    {
        var (type, hash) = (request.Query("type"), request.Query("token"));
        if (type.Length == 0) return AuthErrors.Invalid("Verify requires a verification type");
        if (hash.Length == 0) return AuthErrors.Invalid("Verify requires a token or a token hash");
        var target = redirects.ChooseFor(request);
        var isPkce = hash.StartsWith(OneTimeTokens.PkcePrefix, StringComparison.Ordinal);
        try
        {
            return (await FollowAsync(request, type, hash, target, isPkce, cancellation)).Ok(out var reply, out var error)
                ? reply
                : LinkReply.Error(target, error, isPkce);
        }
        catch (RefusedException e)
        {
            return LinkReply.Error(target, e.Refusal, isPkce);
        }
        catch (PostgresException e) when (AuthRoute.Refusal(e) is { } refusal)
        {
            return LinkReply.Error(target, refusal, isPkce);
        }
    }

    private async Task<Result<Reply>> FollowAsync(AuthRequest request, string type, string hash, string target, bool isPkce, CancellationToken cancellation)
    {
        if (KindsOf(type) is not { } kinds) return AuthErrors.Invalid("Invalid email verification type");
        await using var transaction = await database.BeginAsync(cancellation);
        if (!(await redemption.RedeemAsync(transaction, request, [hash], kinds)).Ok(out var redeemed, out var error)) return error;
        if (!redeemed.IsComplete)
        {
            await transaction.CommitAsync();
            return LinkReply.To(target, [("message", HalfWay)], isPkce);
        }
        if (isPkce)
        {
            // The flow bears the type that the mail was sent with; "email" stands for two of them.
            var method = type switch { "signup" => "email/signup", "email" => redeemed.Kind == OneTimeTokens.Confirmation ? "email/signup" : "magiclink", _ => type };
            if (await flows.IssueCodeAsync(transaction, redeemed.User, method) is not { } code) return FlowErrors.NotFound;
            await transaction.CommitAsync();
            return LinkReply.WithCode(target, code);
        }
        var session = await sessions.StartAsync(transaction, request, redeemed.User, SignInMethod.Otp);
        await transaction.CommitAsync();
        return LinkReply.To(target, [.. session.Parameters, ("type", type)]);
    }

    private static ApiError? Refusal(VerifyBody body)
    {
        var (hasToken, hasHash, hasEmail) = (!string.IsNullOrEmpty(body.Token), !string.IsNullOrEmpty(body.TokenHash), !string.IsNullOrEmpty(body.Email));
        if (string.IsNullOrEmpty(body.Type)) return AuthErrors.Invalid("Verify requires a verification type");
        if (hasToken == hasHash) return AuthErrors.Invalid("Verify requires either a token or a token hash");
        if (hasToken && !hasEmail) return AuthErrors.Invalid("Only an email address or phone number should be provided on verify");
        if (hasHash && (hasEmail || !string.IsNullOrEmpty(body.RedirectTo))) return AuthErrors.Invalid("Only the token_hash and type should be provided");
        return null;
    }

    private static string[]? KindsOf(string? type) => type switch
    {
        "signup" or "invite" => [OneTimeTokens.Confirmation],
        "magiclink" or "recovery" => [OneTimeTokens.Recovery],
        "email" => [OneTimeTokens.Confirmation, OneTimeTokens.Recovery],
        "email_change" => [OneTimeTokens.EmailChangeCurrent, OneTimeTokens.EmailChangeNew],
        _ => null,
    };
}
