using Hedgerow.Auth.Http;
using Hedgerow.Auth.Users;
using Hedgerow.Postgres;

namespace Hedgerow.Auth.Admin;

/// <summary>What the service role sent about a user, checked.</summary>
public sealed record AdminUserInput(string? Email, string? Phone, string? Password, string? PasswordHash, BanDuration? Ban)
{
    public static Result<AdminUserInput> Read(AdminUserBody body, AuthOptions options)
    {
        string? email = null;
        if (!string.IsNullOrEmpty(body.Email) && (email = EmailAddress.Normalise(body.Email)) is null) return AuthErrors.EmailMalformed;
        string? phone = null;
        if (!string.IsNullOrEmpty(body.Phone) && (phone = PhoneNumber.Normalise(body.Phone)) is null) return AuthErrors.Invalid("Invalid phone number format (E.164 required)");
        if (Metadata.Refusal(body.UserMetadata, "user_metadata") is { } badUser) return badUser;
        if (Metadata.Refusal(body.AppMetadata, "app_metadata") is { } badApp) return badApp;
        if (!string.IsNullOrEmpty(body.Password))
        {
            if (!string.IsNullOrEmpty(body.PasswordHash)) return AuthErrors.Invalid("Only a password or a password hash should be provided");
            if (Users.Password.Refusal(body.Password, options) is { } weak) return weak;
        }
        var hash = string.IsNullOrEmpty(body.PasswordHash) ? null : body.PasswordHash;
        if (hash is not null && !BcryptHash.IsWellFormed(hash)) return AuthErrors.Invalid("password_hash must be a bcrypt hash");
        BanDuration? ban = null;
        if (!string.IsNullOrEmpty(body.BanDuration) && (ban = BanDuration.Parse(body.BanDuration)) is null)
            return AuthErrors.Invalid($"invalid format for ban duration: time: invalid duration \"{body.BanDuration}\"");
        return new AdminUserInput(email, phone, string.IsNullOrEmpty(body.Password) ? null : body.Password, hash, ban);
    }
}
