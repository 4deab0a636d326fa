using Hedgerow.Auth.Audit;
using Hedgerow.Auth.Data;
using Hedgerow.Auth.Http;
using Hedgerow.Auth.Otp;
using Hedgerow.Auth.Phone;
using Hedgerow.Postgres;

namespace Hedgerow.Auth.Mfa;

/// <summary><c>POST /factors/{factorId}/challenge</c>: asks for a code, and to a phone sends it. Only the address that asked may answer.</summary>
public sealed class ChallengeFactor(AuthDatabase database, AttemptLimit limit, PhoneMessages messages, OneTimeTokens tokens, AuthOptions options)
{
    // last_challenged_at is unique over all factors, and now() is one moment for a whole transaction. Challenges are kept for a day, as
    // GoTrue's cleanup keeps them.
    private const string Insert = """
        with outdated as (
          delete from auth.mfa_challenges where factor_id = @factor and created_at < now() - interval '1 day'),
        asked as (
          update auth.mfa_factors set last_challenged_at = clock_timestamp() where id = @factor)
        insert into auth.mfa_challenges (id, factor_id, created_at, ip_address, otp_code) values (@id, @factor, now(), coalesce(@address::inet, '0.0.0.0'), @code)
        returning extract(epoch from created_at)::bigint + @expiry
        """;

    public async Task<Result<Reply>> PostAsync(AuthRequest request, CancellationToken cancellation)
    {
        if (!(await request.BodyAsync(MfaBodyJson.Default.ChallengeBody, cancellation)).Ok(out var body, out var error)) return error;
        await limit.TakeChallengeAsync(request, cancellation);
        await using var transaction = await database.BeginAsync(cancellation);
        if (!(await FactorOwner.FindAsync(transaction, request)).Ok(out var owner, out error)) return error;
        if (!(await FactorRows.FindAsync(transaction, request, owner.User.Id)).Ok(out var factor, out error)) return error;
        if (VerifyFactor.Disabled(factor, options.Mfa) is { } disabled) return disabled;

        if (!Channel.Read(body.Channel).Ok(out var channel, out error)) return error;
        if (TooSoon(factor) is { } tooSoon) return tooSoon;

        var id = Guid.NewGuid();
        var code = factor.PhoneNumber is { } phone && factor.FactorType == Factor.Phone ? await SendCodeAsync(transaction, owner, phone, channel) : null;
        var expiresAt = await transaction.OneAsync<long>(Insert, new
        {
            id,
            factor = factor.Id,
            address = request.Address?.ToString(),
            expiry = options.Mfa.ChallengeExpiry,
            // Kept as the codes of one-time tokens are: keyed, and for this challenge only.
            code = code is null ? null : tokens.Hash(id.ToString(), code),
        });
        await AuditLog.WriteAsync(transaction, request, AuditAction.ChallengeCreated, owner.User, new { factor_id = factor.Id, factor_status = factor.Status });
        await transaction.CommitAsync();
        return Reply.Object(json =>
        {
            json.WriteString("id", id);
            json.WriteString("type", factor.FactorType);
            json.WriteNumber("expires_at", expiresAt);
        });
    }

    private ApiError? TooSoon(Factor factor)
    {
        if (factor.FactorType != Factor.Phone || factor.LastChallengedAt is not { } last) return null;
        var wait = last.AddSeconds(options.Mfa.PhoneMaxFrequency) - DateTime.UtcNow;
        return wait > TimeSpan.Zero ? AuthErrors.TooManyTexts((int)Math.Ceiling(wait.TotalSeconds)) : null;
    }

    private async Task<string> SendCodeAsync(AuthTransaction transaction, FactorOwner owner, string phone, string channel)
    {
        var code = messages.NewCode(phone);
        await messages.QueueAsync(transaction, owner.User.Id, phone, PhoneMessageKind.Mfa, channel, code, options.Mfa.ChallengeExpiry);
        return code;
    }
}
