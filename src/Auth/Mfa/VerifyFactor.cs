using System.Security.Cryptography;
using System.Text;
using Hedgerow.Auth.Audit;
using Hedgerow.Auth.Data;
using Hedgerow.Auth.Hooks;
using Hedgerow.Auth.Http;
using Hedgerow.Auth.Mail;
using Hedgerow.Auth.Otp;
using Hedgerow.Auth.Sessions;
using Hedgerow.Auth.Users;
using Hedgerow.Postgres;

namespace Hedgerow.Auth.Mfa;

/// <summary>
/// <c>POST /factors/{factorId}/verify</c>: the right code to a challenge raises the session to aal2 and ends the user's sessions that are
/// below it; a factor's first right code makes it count. One challenge takes one right code, and one code passes once, on whatever
/// challenge (RFC 6238 §5.2).
/// </summary>
public sealed class VerifyFactor(AuthDatabase database, SecretBox secrets, AttemptLimit limit, AttemptHooks hooks, Notices notices, OneTimeTokens tokens, SessionStart sessions, MfaOptions options, TimeProvider clock)
{
    private const string FindChallenge = """
        select verified_at is null and ip_address = coalesce(@address::inet, '0.0.0.0') as is_open,
               created_at < now() - make_interval(secs => @expiry) as is_expired, otp_code as code
        from auth.mfa_challenges where id = @challenge and factor_id = @factor
        """;

    private const string DropChallenge = "delete from auth.mfa_challenges where id = @challenge";

    private const string LockSession = "select from auth.sessions where id = @session for update";

    private const string Accept = """
        with answered as (
          update auth.mfa_challenges set verified_at = now() where id = @challenge),
        unfinished as (
          delete from auth.mfa_factors where user_id = @user and status = 'unverified' and factor_type = @type::auth.factor_type and id <> @factor)
        update auth.mfa_factors set
          last_totp_step = @step,
          updated_at = case when status = 'unverified' then now() else updated_at end,
          status = 'verified'
        where id = @factor
        """;

    // The token that the session had is spent, as by a refresh: a client that still holds it gets the new one within the reuse interval.
    private const string Raise = """
        with spent as (
          update auth.refresh_tokens set revoked = true, updated_at = now() where session_id = @session and not revoked returning id, token),
        raised as (
          update auth.sessions set aal = 'aal2', factor_id = @factor, refreshed_at = now() at time zone 'utc', updated_at = now(),
            user_agent = @agent, ip = coalesce(@address::inet, ip)
          where id = @session),
        method as (
          insert into auth.mfa_amr_claims (id, session_id, created_at, updated_at, authentication_method)
          values (gen_random_uuid(), @session, now(), now(), @method)
          on conflict (session_id, authentication_method) do update set updated_at = excluded.updated_at)
        insert into auth.refresh_tokens (instance_id, token, user_id, revoked, created_at, updated_at, parent, session_id)
        values ('00000000-0000-0000-0000-000000000000', @next, @user::text, false, now(), now(), (select token from spent order by id desc limit 1), @session)
        """;

    /// <summary>Why codes of such a factor are not taken, or null.</summary>
    public static ApiError? Disabled(Factor factor, MfaOptions options) => factor.FactorType switch
    {
        Factor.Totp => options.TotpVerify ? null : MfaErrors.TotpVerifyDisabled,
        Factor.Phone => options.PhoneVerify ? null : MfaErrors.PhoneVerifyDisabled,
        Factor.WebAuthn => MfaErrors.WebAuthnVerifyDisabled,
        _ => MfaErrors.UnknownType,
    };

    public async Task<Result<Reply>> PostAsync(AuthRequest request, CancellationToken cancellation)
    {
        if (!(await request.BodyAsync(MfaBodyJson.Default.VerifyFactorBody, cancellation)).Ok(out var body, out var error)) return error;
        var challenge = Guid.Empty;
        if (!string.IsNullOrEmpty(body.ChallengeId) && !Guid.TryParse(body.ChallengeId, out challenge)) return AuthErrors.BadJson("challenge_id must be a UUID");
        await limit.TakeVerificationAsync(request, cancellation);

        await using var transaction = await database.BeginAsync(cancellation);
        if (!(await FactorOwner.FindAsync(transaction, request)).Ok(out var owner, out error)) return error;
        if (!(await FactorRows.FindAsync(transaction, request, owner.User.Id)).Ok(out var factor, out error)) return error;
        if (string.IsNullOrEmpty(body.Code)) return MfaErrors.CodeMissing;
        if (Disabled(factor, options) is { } disabled) return disabled;
        if (!(await FindAsync(transaction, request, factor, challenge)).Ok(out var asked, out error)) return error;

        if (!SecretOf(factor).Ok(out var secret, out error)) return error;
        var step = secret.Length > 0 ? Totp.Match(secret, body.Code, clock.GetUtcNow()) : null;
        var isRight = factor.FactorType == Factor.Totp ? step > (factor.LastTotpStep ?? long.MinValue) : IsCodeOf(challenge, asked, body.Code);
        await AuditLog.WriteAsync(transaction, request, AuditAction.FactorVerified, owner.User,
            new { factor_id = factor.Id, challenge_id = challenge, factor_type = factor.FactorType, valid = isRight });
        if (await hooks.OnFactorAsync(transaction, request, owner.User.Id, factor, isRight) is { } rejected)
        {
            await transaction.CommitAsync();
            return rejected;
        }
        if (!isRight)
        {
            await transaction.CommitAsync();
            return factor.FactorType == Factor.Totp ? MfaErrors.WrongCode : MfaErrors.WrongPhoneCode;
        }
        var answer = new { challenge, factor = factor.Id, user = owner.User.Id, session = owner.Session, step, type = factor.FactorType };
        await transaction.ExecuteAsync(Accept, answer);
        await SessionEnd.LessProvedAsync(transaction, owner.User.Id, owner.Session);
        if (!factor.IsVerified) await notices.FactorEnrolledAsync(transaction, owner.User, factor.FactorType);
        var issued = await RaiseAsync(transaction, request, owner, factor);
        await transaction.CommitAsync();
        return issued.ToReply();
    }

    /// <summary>
    /// An app's secret. Anybody can compute the codes of an empty one, which no enrolment makes but an import may bring: it matches nothing, nor does that of
    /// what is no app.
    /// </summary>
    private Result<byte[]> SecretOf(Factor factor)
    {
        if (factor.FactorType != Factor.Totp || factor.Secret is not { Length: > 0 } stored) return Array.Empty<byte>();
        try
        {
            return Base32.Decode(secrets.Open(factor.Id, stored));
        }
        catch (Exception e) when (e is CryptographicException or InvalidOperationException or FormatException)
        {
            return MfaErrors.SecretUnreadable;
        }
    }

    /// <summary>The code that was sent; a challenge without one has no right answer.</summary>
    private bool IsCodeOf(Guid challenge, Challenge asked, string code) =>
        asked.Code is { Length: > 0 } sent
        && CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(sent), Encoding.ASCII.GetBytes(tokens.Hash(challenge.ToString(), code)));

    private async Task<Result<Challenge>> FindAsync(AuthTransaction transaction, AuthRequest request, Factor factor, Guid challenge)
    {
        var found = await transaction.OneAsync<Challenge>(
            FindChallenge, new { challenge, factor = factor.Id, address = request.Address?.ToString(), expiry = (double)options.ChallengeExpiry });
        if (found is null) return MfaErrors.ChallengeNotFound;
        if (!found.IsOpen) return MfaErrors.AddressMismatch;
        if (!found.IsExpired) return found;
        await transaction.ExecuteAsync(DropChallenge, new { challenge });
        await transaction.CommitAsync();
        return MfaErrors.ChallengeExpired(challenge);
    }

    private async Task<IssuedSession> RaiseAsync(AuthTransaction transaction, AuthRequest request, FactorOwner owner, Factor factor)
    {
        var next = SessionStart.NewRefreshToken();
        await transaction.ExecuteAsync(LockSession, new { session = owner.Session });
        await transaction.ExecuteAsync(Raise, new
        {
            session = owner.Session,
            factor = factor.Id,
            agent = request.Agent,
            address = request.Address?.ToString(),
            method = factor.Method,
            next,
            user = owner.User.Id,
        });
        var user = await UserRows.FindAsync(transaction, owner.User.Id) ?? throw new InvalidOperationException("The user was read in this transaction.");
        var standing = new SessionStanding(owner.Session, "aal2", await SessionMethods.ReadAsync(transaction, owner.Session));
        return await sessions.IssueAsync(transaction, request, user, standing, next, factor.Method);
    }

    private sealed record Challenge
    {
        /// <summary>Not answered yet, and asked by this address.</summary>
        public bool IsOpen { get; init; }

        public bool IsExpired { get; init; }

        /// <summary>What a text message's code is kept as; null for authenticator apps.</summary>
        public string? Code { get; init; }
    }
}
