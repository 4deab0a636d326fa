using System.Text.Json;
using Hedgerow.Auth.Audit;
using Hedgerow.Auth.Data;
using Hedgerow.Auth.Http;
using Hedgerow.Auth.Mail;
using Hedgerow.Auth.Mfa;
using Hedgerow.Auth.Otp;
using Hedgerow.Auth.Phone;
using Hedgerow.Auth.Pkce;
using Hedgerow.Auth.Sessions;
using Hedgerow.Postgres;

namespace Hedgerow.Auth.Users;

/// <summary><c>GET /user</c> and <c>PUT /user</c>: the signed-in person's own account.</summary>
public sealed class CurrentUser(
    AuthDatabase database, Reauthentication reauthentication, OneTimeTokens tokens, TokenMails mails, MailTurns turns, PhoneMessages messages, Notices notices, AuthOptions options)
{
    private const string IsSamePassword = $"select {Password.MatchesSql} from auth.users u where u.id = @id";
    private const string SetPassword = $"update auth.users set encrypted_password = {Password.HashSql}, updated_at = now() where id = @id";
    private static readonly string s_setData =
        $"update auth.users set raw_user_meta_data = {Metadata.MergeSql("raw_user_meta_data", "@data")}, updated_at = now() where id = @id";

    public async Task<Result<Reply>> GetAsync(AuthRequest request, CancellationToken cancellation)
    {
        await using var transaction = await database.BeginAsync(cancellation);
        return (await SignedIn.FindAsync(transaction, request)).Ok(out var caller, out var error)
            ? Reply.Object(json => UserJson.WriteMembers(json, caller.User))
            : error;
    }

    public async Task<Result<Reply>> PutAsync(AuthRequest request, CancellationToken cancellation)
    {
        if (!(await request.BodyAsync(BodyJson.Default.UserUpdateBody, cancellation)).Ok(out var body, out var error)) return error;
        if (CodeChallenge.Read(body.CodeChallenge, body.CodeChallengeMethod, out var challenge) is { } badChallenge) return badChallenge;
        if (!string.IsNullOrEmpty(body.Password)) await reauthentication.TakeAttemptAsync(request, body.Nonce, cancellation);
        await using var transaction = await database.BeginAsync(cancellation);
        if (!(await SignedIn.FindAsync(transaction, request)).Ok(out var caller, out error)) return error;
        if (Metadata.Refusal(body.Data, "data") is { } malformed) return malformed;
        if (body.AppMetadata is { ValueKind: not JsonValueKind.Null }) return AuthErrors.AppMetadataIsNotOnesOwn;
        if (body.Password is { } chosen && Password.Refusal(chosen, options) is { } weak) return weak;
        if (ChangesCredentials(caller.User, body) && await CredentialGuard.RefusalAsync(transaction, caller) is { } unproved) return unproved;
        if (await ChangePasswordAsync(transaction, request, caller, body) is { } badPassword) return badPassword;
        if (await ChangeEmailAsync(transaction, request, caller, body.Email, challenge) is { } badEmail) return badEmail;
        if (await ChangePhoneAsync(transaction, caller, body) is { } badPhone) return badPhone;
        if (Metadata.ObjectOrNull(body.Data) is { } data)
            await transaction.ExecuteAsync(s_setData, new { id = caller.User.Id, data = data.GetRawText() });

        var user = await UserRows.FindAsync(transaction, caller.User.Id) ?? throw new InvalidOperationException("The user was read in this transaction.");
        await AuditLog.WriteAsync(transaction, request, AuditAction.UserModified, user);
        await transaction.CommitAsync();
        return Reply.Object(json => UserJson.WriteMembers(json, user));
    }

    private static bool ChangesCredentials(User user, UserUpdateBody body) =>
        !string.IsNullOrEmpty(body.Password)
        || (!string.IsNullOrEmpty(body.Email) && EmailAddress.Normalise(body.Email) != user.Email)
        || (!string.IsNullOrEmpty(body.Phone) && PhoneNumber.Normalise(body.Phone) != user.Phone);

    /// <summary>A new password ends every other session, and voids what was mailed: whoever knew the old one is out.</summary>
    private async Task<ApiError?> ChangePasswordAsync(AuthTransaction transaction, AuthRequest request, SignedIn caller, UserUpdateBody body)
    {
        if (body.Password is not { Length: > 0 } password) return null;
        if (caller.User.IsAnonymous && string.IsNullOrEmpty(body.Email) && string.IsNullOrEmpty(body.Phone)) return AuthErrors.PasswordOfAnonymous;
        var id = caller.User.Id;
        if (await reauthentication.RefusalAsync(transaction, caller, body.Nonce) is { } unproved) return unproved;
        if (await transaction.OneAsync<bool>(IsSamePassword, new { id, password })) return AuthErrors.SamePassword;
        await transaction.ExecuteAsync(SetPassword, new { id, password });
        await SessionEnd.OthersAsync(transaction, id, caller.Session);
        await tokens.RevokeAsync(transaction, id, OneTimeTokens.All);
        await AuditLog.WriteAsync(transaction, request, AuditAction.PasswordChanged, caller.User);
        await notices.PasswordChangedAsync(transaction, caller.User);
        return null;
    }

    /// <summary>
    /// A new address must prove itself, whatever holds for sign-ups; only an anonymous user's first address is one (GoTrue). Until then it stands beside
    /// the present one.
    /// </summary>
    private async Task<ApiError?> ChangeEmailAsync(AuthTransaction transaction, AuthRequest request, SignedIn caller, string? email, CodeChallenge? challenge)
    {
        if (string.IsNullOrEmpty(email)) return null;
        if (EmailAddress.Normalise(email) is not { } address) return AuthErrors.EmailMalformed;
        if (address == caller.User.Email) return null;
        if (await UserRows.FindByEmailAsync(transaction, address) is not null) return AuthErrors.EmailExists;
        if (caller.User.IsAnonymous && options.AutoConfirm)
        {
            await AddressChange.ToEmailAsync(transaction, caller.User.Id, address, confirmed: true);
            return null;
        }
        var turn = string.IsNullOrEmpty(caller.User.Email) ? caller.User.Id.ToString() : caller.User.Email;
        if (await turns.RefusalAsync(transaction, turn, MailTurns.EmailChange) is { } tooSoon) return tooSoon;
        await mails.SendEmailChangeAsync(transaction, request, Addressee.Of(caller.User), address, challenge);
        return null;
    }

    /// <summary>A new number gets a code, and is the person's once that has come back; where numbers are taken at their word, at once.</summary>
    private async Task<ApiError?> ChangePhoneAsync(AuthTransaction transaction, SignedIn caller, UserUpdateBody body)
    {
        if (string.IsNullOrEmpty(body.Phone)) return null;
        if (PhoneNumber.Normalise(body.Phone) is not { } phone) return AuthErrors.PhoneMalformed;
        if (!Channel.Read(body.Channel).Ok(out var channel, out var badChannel)) return badChannel;
        if (phone == caller.User.Phone) return null;
        if (!options.Sms.Enabled) return AuthErrors.PhoneDisabled with { Message = "Phone logins are disabled" };
        if (await UserRows.FindByPhoneAsync(transaction, phone) is not null) return AuthErrors.PhoneExists;
        if (options.Sms.AutoConfirm)
        {
            await AddressChange.ToPhoneAsync(transaction, caller.User.Id, phone, confirmed: true);
            await notices.PhoneChangedAsync(transaction, caller.User, phone);
            return null;
        }
        if (await messages.TooSoonAsync(transaction, phone, PhoneMessageKind.PhoneChange) is { } tooSoon) return tooSoon;
        await messages.SendAsync(transaction, caller.User.Id, phone, PhoneMessageKind.PhoneChange, channel);
        return null;
    }
}
