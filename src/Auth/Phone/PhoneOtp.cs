using Hedgerow.Auth.Audit;
using Hedgerow.Auth.Data;
using Hedgerow.Auth.Hooks;
using Hedgerow.Auth.Http;
using Hedgerow.Auth.Users;
using Hedgerow.Postgres;

namespace Hedgerow.Auth.Phone;

/// <summary>Codes that are asked for by phone number: <c>POST /otp</c>, which signs in or up, and <c>POST /resend</c>.</summary>
public sealed class PhoneOtp(AuthDatabase database, PhoneMessages messages, UserHook hook, AuthOptions options)
{
    public async Task<Result<Reply>> SendAsync(AuthRequest request, OtpBody body, CancellationToken cancellation)
    {
        if (!options.Sms.Enabled) return AuthErrors.PhoneDisabled with { Message = "Unsupported phone provider" };
        if (!Channel.Read(body.Channel).Ok(out var channel, out var error)) return error;
        if (PhoneNumber.Normalise(body.Phone) is not { } phone) return AuthErrors.PhoneMalformed;
        if (Metadata.Refusal(body.Data, "data") is { } malformed) return malformed;

        await using var transaction = await database.BeginAsync(cancellation);
        if (await messages.TooSoonAsync(transaction, phone, PhoneMessageKind.Confirmation) is { } tooSoon) return tooSoon;
        var user = await UserRows.FindByPhoneAsync(transaction, phone);
        if (user is null && body.CreateUser == false) return AuthErrors.OtpDisabled;
        if (user?.PhoneConfirmedAt is null && options.DisableSignup) return AuthErrors.SignupDisabled;

        var kind = user is null ? PhoneMessageKind.Confirmation : PhoneMessageKind.SignIn;
        var person = new NewUser { Phone = phone, PhoneConfirmed = options.Sms.AutoConfirm, UserMetadata = Metadata.ObjectOrNull(body.Data) };
        if (user is null)
        {
            await hook.AskAsync(transaction, request, person.Candidate);
            user = await person.CreateAsync(transaction);
            await NoteAsync(user);
        }
        else if (body.CreateUser != false && !options.DisableSignup)
        {
            // The same work for whoever is there.
            await person.PretendAsync(transaction, NoteAsync);
        }
        await AuditLog.WriteAsync(
            transaction, request, user.PhoneConfirmedAt is null ? AuditAction.ConfirmationRequested : AuditAction.RecoveryRequested, user, new { channel });
        await messages.SendAsync(transaction, user.Id, phone, kind, channel);
        await transaction.CommitAsync();
        return Reply.EmptyObject;

        Task NoteAsync(User made) => options.Sms.AutoConfirm
            ? AuditLog.WriteAsync(transaction, request, AuditAction.SignedUp, made, new { provider = "phone" })
            : Task.CompletedTask;
    }

    /// <summary>Where there is nothing to send again the answer and the work are the same.</summary>
    /// <param name="type"><c>sms</c> or <c>phone_change</c>; others belong to mails.</param>
    public async Task<Result<Reply>> ResendAsync(AuthRequest request, string type, string? number, CancellationToken cancellation)
    {
        if (!options.Sms.Enabled) return AuthErrors.PhoneDisabled with { Message = "Phone logins are disabled" };
        if (PhoneNumber.Normalise(number) is not { } phone) return AuthErrors.PhoneMalformed;
        if (type is not ("sms" or "phone_change")) return Reply.EmptyObject;
        var kind = type == "sms" ? PhoneMessageKind.Confirmation : PhoneMessageKind.PhoneChange;

        await using var transaction = await database.BeginAsync(cancellation);
        var user = await UserRows.FindByPhoneAsync(transaction, phone);
        var isWaiting = type == "sms" ? user is { PhoneConfirmedAt: null } : !string.IsNullOrEmpty(user?.PhoneChange);
        // The turn is the asked number's, whoever the message goes to: what is asked for tells nothing.
        if (await messages.TooSoonAsync(transaction, phone, kind) is { } tooSoon) return tooSoon;
        await AuditLog.WriteAsync(transaction, request, AuditAction.ConfirmationRequested, user);
        var to = isWaiting && type == "phone_change" ? user!.PhoneChange! : phone;
        await new NewUser { Phone = phone }.SendDiscreetlyAsync(
            transaction, isWaiting ? user : null, someone => messages.SendAsync(transaction, someone.Id, to, kind, Channel.Sms));
        await transaction.CommitAsync();
        return Reply.EmptyObject;
    }
}
