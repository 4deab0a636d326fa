using Hedgerow.Auth.Audit;
using Hedgerow.Auth.Data;
using Hedgerow.Auth.Http;
using Hedgerow.Auth.Otp;
using Hedgerow.Auth.Phone;
using Hedgerow.Auth.Sessions;
using Hedgerow.Auth.Users;
using Hedgerow.Postgres;

namespace Hedgerow.Auth.Admin;

/// <summary>
/// <c>/admin/users/{id}</c>: the service role reads, changes and deletes one user. Nobody is written to about it, as GoTrue writes to nobody
/// (internal/api/admin.go): who asked for the change will say so.
/// </summary>
public sealed class AdminUser(AuthDatabase database, OneTimeTokens tokens, AuthOptions options)
{
    private static readonly string s_update = $"""
        update auth.users set
          role = coalesce(@role, role),
          aud = coalesce(@audience, aud),
          encrypted_password = coalesce(@passwordHash, {Password.HashSql}, encrypted_password),
          email_confirmed_at = case when @confirmEmail then coalesce(email_confirmed_at, now()) else email_confirmed_at end,
          phone_confirmed_at = case when @confirmPhone then coalesce(phone_confirmed_at, now()) else phone_confirmed_at end,
          banned_until = case when @liftBan then null else coalesce(now() + @ban, banned_until) end,
          raw_user_meta_data = {Metadata.MergeSql("raw_user_meta_data", "@userMetadata")},
          raw_app_meta_data = {Metadata.MergeSql("raw_app_meta_data", "@appMetadata")},
          updated_at = now()
        where id = @id
        """;

    private const string Lock = "select from auth.users where id = @id for update";
    private const string Delete = "delete from auth.users where id = @id";
    private const string DropFactors = "delete from auth.mfa_factors where user_id = @id";
    private const string DropIdentities = "delete from auth.identities where user_id = @id";

    /// <summary>The row stays for what refers to it; the person's address is free again and cannot be read from the row.</summary>
    private const string SoftDelete = """
        update auth.users set
          email = encode(sha256(convert_to(id::text || coalesce(email, ''), 'utf8')), 'hex'),
          phone = case when phone is not null then encode(sha256(convert_to(id::text || phone, 'utf8')), 'hex') end,
          encrypted_password = '', raw_user_meta_data = '{}', raw_app_meta_data = '{}', email_change = '', phone_change = '',
          confirmation_token = '', recovery_token = '', email_change_token_new = '', email_change_token_current = '', phone_change_token = '', reauthentication_token = '',
          deleted_at = now(), updated_at = now()
        where id = @id
        """;

    public async Task<Result<Reply>> GetAsync(AuthRequest request, CancellationToken cancellation)
    {
        await using var transaction = await database.BeginAsync(cancellation);
        return (await FindAsync(transaction, request)).Ok(out var user, out var error) ? Reply.Object(json => UserJson.WriteMembers(json, user)) : error;
    }

    public async Task<Result<Reply>> PutAsync(AuthRequest request, CancellationToken cancellation)
    {
        if (!(await request.BodyAsync(BodyJson.Default.AdminUserBody, cancellation)).Ok(out var body, out var error)) return error;
        if (!AdminUserInput.Read(body, options).Ok(out var input, out error)) return error;
        // A new user without one gets none; to take one away is no change that is known here.
        if (body.Password is { Length: 0 } none && Password.Refusal(none, options) is { } weak) return weak;
        await using var transaction = await database.BeginAsync(cancellation);
        if (!(await FindAsync(transaction, request)).Ok(out var user, out error)) return error;

        if (input.Email is { } email && email != user.Email)
            await AddressChange.ToEmailAsync(transaction, user.Id, email, body.EmailConfirm);
        if (input.Phone is { } phone && phone != user.Phone)
            await AddressChange.ToPhoneAsync(transaction, user.Id, phone, body.PhoneConfirm);
        await transaction.ExecuteAsync(s_update, new
        {
            id = user.Id,
            role = string.IsNullOrEmpty(body.Role) ? null : body.Role,
            audience = string.IsNullOrEmpty(body.Aud) ? null : body.Aud,
            password = input.Password,
            passwordHash = input.PasswordHash,
            confirmEmail = body.EmailConfirm,
            confirmPhone = body.PhoneConfirm,
            liftBan = input.Ban is BanDuration.Lifted,
            ban = (input.Ban as BanDuration.For)?.Duration,
            userMetadata = Metadata.ObjectOrNull(body.UserMetadata)?.GetRawText(),
            appMetadata = Metadata.ObjectOrNull(body.AppMetadata)?.GetRawText(),
        });
        // As for a user who changes it: whoever knew the old password is out, and what was sent to the old address opens nothing.
        var hasNewPassword = input.Password is not null || input.PasswordHash is not null;
        if (hasNewPassword) await SessionEnd.AllAsync(transaction, user.Id);
        if (hasNewPassword || input.Email is not null || input.Phone is not null) await tokens.RevokeAsync(transaction, user.Id, OneTimeTokens.All);
        var changed = await UserRows.FindEvenDeletedAsync(transaction, user.Id) ?? throw new InvalidOperationException("The user was read in this transaction.");
        await AuditLog.WriteAsync(transaction, request, AuditAction.UserModified, null, new { user_id = user.Id, user_email = user.Email, user_phone = user.Phone });
        await transaction.CommitAsync();
        return Reply.Object(json => UserJson.WriteMembers(json, changed));
    }

    public async Task<Result<Reply>> DeleteAsync(AuthRequest request, CancellationToken cancellation)
    {
        if (!(await request.BodyAsync(BodyJson.Default.AdminDeleteBody, cancellation)).Ok(out var body, out var error)) return error;
        await using var transaction = await database.BeginAsync(cancellation);
        if (!(await FindAsync(transaction, request)).Ok(out var user, out error)) return error;
        if (body.ShouldSoftDelete && user.DeletedAt is not null) return Reply.EmptyObject;
        await transaction.ExecuteAsync(Lock, new { id = user.Id });
        await SessionEnd.AllAsync(transaction, user.Id);
        string[] statements = body.ShouldSoftDelete ? [DropFactors, DropIdentities, SoftDelete] : [Delete];
        foreach (var statement in statements) await transaction.ExecuteAsync(statement, new { id = user.Id });
        await AuditLog.WriteAsync(transaction, request, AuditAction.UserDeleted, null, new { user_id = user.Id, user_email = user.Email, user_phone = user.Phone });
        await transaction.CommitAsync();
        return Reply.EmptyObject;
    }

    private static async Task<Result<User>> FindAsync(AuthTransaction transaction, AuthRequest request)
    {
        if (!Guid.TryParse(request.Route("id"), out var id)) return AuthErrors.UserIdMalformed;
        return await UserRows.FindEvenDeletedAsync(transaction, id) is { } user ? user : AuthErrors.UserNotFound;
    }
}
