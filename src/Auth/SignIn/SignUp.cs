using Hedgerow.Auth.Data;
using Hedgerow.Auth.Hooks;
using Hedgerow.Auth.Http;
using Hedgerow.Auth.Limits;
using Hedgerow.Auth.Phone;
using Hedgerow.Auth.Pkce;
using Hedgerow.Auth.Sessions;
using Hedgerow.Auth.Users;
using Hedgerow.Postgres;

namespace Hedgerow.Auth.SignIn;

/// <summary><c>POST /signup</c>: by e-mail or phone number and password, or without either as an anonymous user.</summary>
public sealed class SignUp(AuthDatabase database, SessionStart sessions, DirectSignUp direct, ConfirmedSignUp confirmed, PhoneSignUp phone, UserHook hook, RateLimits limits, AuthOptions options)
{
    public async Task<Result<Reply>> PostAsync(AuthRequest request, CancellationToken cancellation)
    {
        if (options.DisableSignup) return AuthErrors.SignupDisabled;
        if (!(await request.BodyAsync(BodyJson.Default.SignUpBody, cancellation)).Ok(out var body, out var error)) return error;
        if (Metadata.Refusal(body.Data, "data") is { } malformed) return malformed;
        if (string.IsNullOrEmpty(body.Email) && string.IsNullOrEmpty(body.Phone)) return await AnonymousAsync(request, body, cancellation);
        await limits.TakeSignUpAsync(request, cancellation);
        if (string.IsNullOrEmpty(body.Password)) return AuthErrors.SignupWantsPassword;
        if (!string.IsNullOrEmpty(body.Email) && !string.IsNullOrEmpty(body.Phone))
            return AuthErrors.Invalid("Only an email address or phone number should be provided on signup.");
        if (string.IsNullOrEmpty(body.Email)) return await phone.PostAsync(request, body, cancellation);
        if (EmailAddress.Normalise(body.Email) is not { } email) return AuthErrors.EmailMalformed;
        if (Password.Refusal(body.Password, options) is { } weak) return weak;
        if (CodeChallenge.Read(body.CodeChallenge, body.CodeChallengeMethod, out var challenge) is { } badChallenge) return badChallenge;
        var person = new NewUser { Email = email, Password = body.Password, EmailConfirmed = options.AutoConfirm, UserMetadata = Metadata.ObjectOrNull(body.Data) };
        return options.AutoConfirm ? await direct.PostAsync(request, person, cancellation) : await confirmed.PostAsync(request, person, email, challenge, cancellation);
    }

    private async Task<Result<Reply>> AnonymousAsync(AuthRequest request, SignUpBody body, CancellationToken cancellation)
    {
        if (!string.IsNullOrEmpty(body.Password)) return AuthErrors.Invalid("To signup, please provide your email");
        if (!options.AnonymousUsers) return AuthErrors.AnonymousDisabled;
        await limits.TakeAnonymousAsync(request, cancellation);
        await using var transaction = await database.BeginAsync(cancellation);
        var person = new NewUser { IsAnonymous = true, UserMetadata = Metadata.ObjectOrNull(body.Data) };
        await hook.AskAsync(transaction, request, person.Candidate);
        await person.InsertAsync(transaction);
        var session = await sessions.StartAsync(transaction, request, person.Id, SignInMethod.Anonymous);
        await transaction.CommitAsync();
        return session.ToReply();
    }
}
