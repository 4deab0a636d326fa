using Hedgerow.Auth.Audit;
using Hedgerow.Auth.Data;
using Hedgerow.Auth.Hooks;
using Hedgerow.Auth.Http;
using Hedgerow.Auth.SignIn;
using Hedgerow.Auth.Users;
using Hedgerow.Postgres;

namespace Hedgerow.Auth.Phone;

/// <summary><c>POST /signup</c> by phone number and password. As by e-mail, the answer never tells whether the number was known, unless numbers are taken at their word.</summary>
public sealed class PhoneSignUp(AuthDatabase database, DirectSignUp direct, PhoneMessages messages, UserHook hook, AuthOptions options)
{
    public async Task<Result<Reply>> PostAsync(AuthRequest request, SignUpBody body, CancellationToken cancellation)
    {
        if (!string.IsNullOrEmpty(body.CodeChallenge)) return AuthErrors.Invalid("PKCE not supported for phone signups");
        if (!options.Sms.Enabled) return AuthErrors.PhoneDisabled;
        if (!Channel.Read(body.Channel).Ok(out var channel, out var error)) return error;
        if (PhoneNumber.Normalise(body.Phone) is not { } phone) return AuthErrors.PhoneMalformed;
        if (Password.Refusal(body.Password!, options) is { } weak) return weak;
        var person = new NewUser { Phone = phone, Password = body.Password, PhoneConfirmed = options.Sms.AutoConfirm, UserMetadata = Metadata.ObjectOrNull(body.Data) };
        return options.Sms.AutoConfirm ? await direct.PostAsync(request, person, cancellation) : await ConfirmedAsync(request, person, phone, channel, cancellation);
    }

    private async Task<Result<Reply>> ConfirmedAsync(AuthRequest request, NewUser person, string phone, string channel, CancellationToken cancellation)
    {
        await using var transaction = await database.BeginAsync(cancellation);
        if (await messages.TooSoonAsync(transaction, phone, PhoneMessageKind.Confirmation) is { } tooSoon) return tooSoon;
        await hook.AskAsync(transaction, request, person.Candidate);
        var existing = await UserRows.FindByPhoneAsync(transaction, phone);
        await AuditLog.WriteAsync(
            transaction, request, existing?.PhoneConfirmedAt is null ? AuditAction.ConfirmationRequested : AuditAction.RepeatedSignUp, existing ?? person.Candidate,
            new { provider = "phone", channel });
        Task SendAsync(User to) => messages.SendAsync(transaction, to.Id, phone, PhoneMessageKind.Confirmation, channel);
        User shown;
        if (existing is null)
        {
            shown = await person.CreateAsync(transaction);
            await SendAsync(shown);
        }
        else
        {
            // As by e-mail: who has not confirmed may do so now, and nothing of the account is changed.
            shown = await person.SendDiscreetlyAsync(transaction, existing.PhoneConfirmedAt is null ? existing : null, SendAsync);
        }
        await transaction.CommitAsync();
        var answered = shown with { ConfirmationSentAt = shown.CreatedAt };
        return Reply.Object(json => UserJson.WriteMembers(json, answered));
    }
}
