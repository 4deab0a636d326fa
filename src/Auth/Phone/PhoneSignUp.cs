using Hedgerow.Auth.Audit;
using Hedgerow.Auth.Data;
using Hedgerow.Auth.Http;
using Hedgerow.Auth.Sessions;
using Hedgerow.Auth.Users;
using Hedgerow.Postgres;

namespace Hedgerow.Auth.Phone;

/// <summary><c>POST /signup</c> by phone number and password. As by e-mail, the answer never tells whether the number was known, unless numbers are taken at their word.</summary>
public sealed class PhoneSignUp(AuthDatabase database, SessionStart sessions, PhoneMessages messages, AuthOptions options)
{
    public async Task<Result<Reply>> PostAsync(AuthRequest request, SignUpBody body, CancellationToken cancellation)
    {
        if (!string.IsNullOrEmpty(body.CodeChallenge)) return AuthErrors.Invalid("PKCE not supported for phone signups");
        if (!options.Sms.Enabled) return AuthErrors.PhoneDisabled;
        if (!Channel.Read(body.Channel).Ok(out var channel, out var error)) return error;
        if (PhoneNumber.Normalise(body.Phone) is not { } phone) return AuthErrors.PhoneMalformed;
        if (Password.Refusal(body.Password!, options) is { } weak) return weak;
        return options.Sms.AutoConfirm ? await AtOnceAsync(request, body, phone, cancellation) : await ConfirmedAsync(request, body, phone, channel, cancellation);
    }

    private async Task<Result<Reply>> AtOnceAsync(AuthRequest request, SignUpBody body, string phone, CancellationToken cancellation)
    {
        await using var transaction = await database.BeginAsync(cancellation);
        if (await UserRows.FindByPhoneAsync(transaction, phone) is { } existing)
        {
            await AuditLog.WriteAsync(transaction, request, AuditAction.RepeatedSignUp, existing, new { provider = "phone" });
            await transaction.CommitAsync();
            return AuthErrors.UserExists;
        }
        var user = await MakeAsync(transaction, body, phone, confirmed: true);
        await AuditLog.WriteAsync(transaction, request, AuditAction.SignedUp, user, new { provider = "phone" });
        var session = await sessions.StartAsync(transaction, request, user.Id, SignInMethod.PhonePassword);
        await transaction.CommitAsync();
        return session.ToReply();
    }

    private async Task<Result<Reply>> ConfirmedAsync(AuthRequest request, SignUpBody body, string phone, string channel, CancellationToken cancellation)
    {
        await using var transaction = await database.BeginAsync(cancellation);
        if (await messages.TooSoonAsync(transaction, phone, PhoneMessageKind.Confirmation) is { } tooSoon) return tooSoon;
        var existing = await UserRows.FindByPhoneAsync(transaction, phone);
        var shown = existing is null ? await MakeAsync(transaction, body, phone, confirmed: false) : await PretendAsync(transaction, body, phone);
        var to = existing switch
        {
            null => shown.Id,
            // Whoever did not confirm yet may do so now; that it is the same person is not known, so that nothing of the account is changed.
            { PhoneConfirmedAt: null } => existing.Id,
            _ => Guid.NewGuid(),
        };
        await AuditLog.WriteAsync(
            transaction, request, existing?.PhoneConfirmedAt is null ? AuditAction.ConfirmationRequested : AuditAction.RepeatedSignUp, existing ?? shown,
            new { provider = "phone", channel });
        await messages.SendAsync(transaction, to, phone, PhoneMessageKind.Confirmation, channel);
        await transaction.CommitAsync();
        var answered = shown with { ConfirmationSentAt = shown.CreatedAt };
        return Reply.Object(json => UserJson.WriteMembers(json, answered));
    }

    private static Task<User> MakeAsync(AuthTransaction transaction, SignUpBody body, string phone, bool confirmed) =>
        new NewUser { Phone = phone, Password = body.Password, PhoneConfirmed = confirmed, UserMetadata = Metadata.ObjectOrNull(body.Data) }.CreateAsync(transaction);

    /// <summary>The same account for a number that nobody has, shown, and undone: it takes as long as making one.</summary>
    private static async Task<User> PretendAsync(AuthTransaction transaction, SignUpBody body, string phone)
    {
        var nobody = $"0{Guid.NewGuid():N}";
        var user = await transaction.UndoneAsync(() => MakeAsync(transaction, body, nobody, confirmed: false));
        return user with
        {
            Phone = phone,
            UserMetadata = user.UserMetadata.Replace(nobody, phone, StringComparison.Ordinal),
            Identities = user.Identities.Replace(nobody, phone, StringComparison.Ordinal),
        };
    }
}
