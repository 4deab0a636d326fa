using System.Security.Cryptography;
using Hedgerow.Auth.Audit;
using Hedgerow.Auth.Data;
using Hedgerow.Auth.Http;
using Hedgerow.Auth.Users;
using Hedgerow.Postgres;

namespace Hedgerow.Auth.Mfa;

/// <summary><c>POST /factors</c>: a new factor, unverified until its first code is right. The secret is shown here and never again.</summary>
public sealed class EnrollFactor(AuthDatabase database, SecretBox secrets, AuthOptions options)
{
    // What was begun and never challenged makes room, and its name is free again (GoTrue, DeleteExpiredFactors).
    private const string DropAbandoned = """
        delete from auth.mfa_factors f
        where f.user_id = @user and f.status = 'unverified' and f.created_at < now() - make_interval(secs => @expiry)
          and not exists (select from auth.mfa_challenges c where c.factor_id = f.id)
        """;

    private const string Insert = """
        insert into auth.mfa_factors (id, user_id, friendly_name, factor_type, status, secret, phone, created_at, updated_at)
        values (@id, @user, nullif(@name, ''), @type::auth.factor_type, 'unverified', @secret, @phone, now(), now())
        """;

    // One number, one factor: what was begun with it before makes room.
    private const string DropUnfinished = "delete from auth.mfa_factors where user_id = @user and phone = @phone and status = 'unverified'";

    public async Task<Result<Reply>> PostAsync(AuthRequest request, CancellationToken cancellation)
    {
        if (!(await request.BodyAsync(MfaBodyJson.Default.EnrollBody, cancellation)).Ok(out var body, out var error)) return error;
        await using var transaction = await database.BeginAsync(cancellation);
        if (!(await FactorOwner.FindAsync(transaction, request)).Ok(out var owner, out error)) return error;
        return body.FactorType switch
        {
            Factor.Totp when options.Mfa.TotpEnroll && secrets.CanSeal => await TotpAsync(transaction, request, owner, body),
            Factor.Totp => MfaErrors.TotpEnrollDisabled,
            Factor.Phone when options.Mfa.PhoneEnroll => await PhoneAsync(transaction, request, owner, body),
            Factor.Phone => MfaErrors.PhoneEnrollDisabled,
            Factor.WebAuthn => MfaErrors.WebAuthnEnrollDisabled,
            _ => MfaErrors.UnknownType,
        };
    }

    private async Task<Result<Reply>> TotpAsync(AuthTransaction transaction, AuthRequest request, FactorOwner owner, EnrollBody body)
    {
        var name = body.FriendlyName ?? "";
        await transaction.ExecuteAsync(DropAbandoned, new { user = owner.User.Id, expiry = (double)options.Mfa.FactorExpiry });
        if (Refusal(await FactorRows.ListAsync(transaction, owner.User.Id), owner, name) is { } refusal) return refusal;

        var issuer = string.IsNullOrEmpty(body.Issuer) ? new Uri(options.SiteUrl).Host : body.Issuer;
        var secret = Base32.Encode(RandomNumberGenerator.GetBytes(Totp.SecretBytes));
        if (TotpEnrolment.Make(secret, issuer, AccountOf(owner.User)) is not { } enrolment) return MfaErrors.IssuerTooLong;
        var id = Guid.NewGuid();
        await transaction.ExecuteAsync(Insert, new { id, user = owner.User.Id, name, type = Factor.Totp, secret = secrets.Seal(id, secret), phone = (string?)null });
        await AuditLog.WriteAsync(transaction, request, AuditAction.FactorEnrolled, owner.User, new { factor_id = id, factor_type = Factor.Totp });
        await transaction.CommitAsync();
        return Reply.Object(json =>
        {
            json.WriteString("id", id);
            json.WriteString("type", Factor.Totp);
            json.WriteString("friendly_name", name);
            json.WriteStartObject("totp");
            json.WriteString("qr_code", enrolment.QrCode);
            json.WriteString("secret", enrolment.Secret);
            json.WriteString("uri", enrolment.Uri);
            json.WriteEndObject();
        });
    }

    private async Task<Result<Reply>> PhoneAsync(AuthTransaction transaction, AuthRequest request, FactorOwner owner, EnrollBody body)
    {
        if (string.IsNullOrEmpty(body.Phone)) return MfaErrors.PhoneMissing;
        if (PhoneNumber.Normalise(body.Phone) is not { } phone) return AuthErrors.PhoneMalformed;
        var name = body.FriendlyName ?? "";
        await transaction.ExecuteAsync(DropAbandoned, new { user = owner.User.Id, expiry = (double)options.Mfa.FactorExpiry });
        await transaction.ExecuteAsync(DropUnfinished, new { user = owner.User.Id, phone });
        var existing = await FactorRows.ListAsync(transaction, owner.User.Id);
        if (existing.Any(factor => factor.PhoneNumber == phone)) return MfaErrors.PhoneTaken;
        if (Refusal(existing, owner, name) is { } refusal) return refusal;

        var id = Guid.NewGuid();
        await transaction.ExecuteAsync(Insert, new { id, user = owner.User.Id, name, type = Factor.Phone, secret = (string?)null, phone });
        await AuditLog.WriteAsync(transaction, request, AuditAction.FactorEnrolled, owner.User, new { factor_id = id, factor_type = Factor.Phone });
        await transaction.CommitAsync();
        return Reply.Object(json =>
        {
            json.WriteString("id", id);
            json.WriteString("type", Factor.Phone);
            json.WriteString("friendly_name", name);
            json.WriteString("phone", body.Phone);
        });
    }

    /// <summary>As GoTrue, two factors without a name are in conflict too.</summary>
    private ApiError? Refusal(IReadOnlyList<Factor> existing, FactorOwner owner, string name)
    {
        if (existing.Any(factor => factor.FriendlyName == name)) return MfaErrors.NameConflict(name);
        var verified = existing.Count(factor => factor.IsVerified);
        if (existing.Count >= options.Mfa.MaxEnrolledFactors || verified >= options.Mfa.MaxVerifiedFactors) return MfaErrors.TooManyFactors;
        // Otherwise whoever has the password could add a factor of their own and pass with it.
        return verified > 0 && !owner.IsAal2 ? MfaErrors.EnrollNeedsAal2 : null;
    }

    /// <summary>What the app shows beside the code.</summary>
    private static string AccountOf(User user) =>
        user switch { { Email: { Length: > 0 } email } => email, { Phone: { Length: > 0 } phone } => phone, _ => user.Id.ToString() };
}
