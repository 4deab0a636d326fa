using System.Buffers;
using System.Text.Json;
using Hedgerow.Auth.Audit;
using Hedgerow.Auth.Data;
using Hedgerow.Auth.Http;
using Hedgerow.Auth.Users;
using Hedgerow.Postgres;

namespace Hedgerow.Auth.Mfa;

/// <summary><c>/admin/users/{userId}/factors</c>: the service role sees, renames and takes away a user's factors.</summary>
public sealed class AdminFactors(AuthDatabase database)
{
    private const string Rename = "update auth.mfa_factors set friendly_name = @name, updated_at = now() where id = @id";

    public async Task<Result<Reply>> ListAsync(AuthRequest request, CancellationToken cancellation)
    {
        await using var transaction = await database.BeginAsync(cancellation);
        if (!(await FindUserAsync(transaction, request)).Ok(out var user, out var error)) return error;
        var factors = await FactorRows.ListAsync(transaction, user.Id);
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartArray();
            foreach (var factor in factors) factor.Write(json);
            json.WriteEndArray();
        }
        return new Reply(200, buffer.WrittenMemory);
    }

    public async Task<Result<Reply>> PutAsync(AuthRequest request, CancellationToken cancellation)
    {
        if (!(await request.BodyAsync(MfaBodyJson.Default.AdminFactorBody, cancellation)).Ok(out var body, out var error)) return error;
        await using var transaction = await database.BeginAsync(cancellation);
        if (!(await FindUserAsync(transaction, request)).Ok(out var user, out error)) return error;
        await FactorRows.LockAsync(transaction, user.Id);
        if (!(await FactorRows.FindAsync(transaction, request, user.Id)).Ok(out var factor, out error)) return error;
        if (body.FriendlyName is { Length: > 0 } name && name != factor.FriendlyName)
        {
            if ((await FactorRows.ListAsync(transaction, user.Id)).Any(other => other.FriendlyName == name)) return MfaErrors.NameConflict(name);
            await transaction.ExecuteAsync(Rename, new { id = factor.Id, name });
            if (!(await FactorRows.FindAsync(transaction, request, user.Id)).Ok(out factor, out error)) return error;
        }
        await AuditLog.WriteAsync(transaction, request, AuditAction.FactorUpdated, null,
            new { user_id = user.Id, factor_id = factor.Id, factor_type = factor.FactorType });
        await transaction.CommitAsync();
        return Reply.Object(factor.WriteMembers);
    }

    public async Task<Result<Reply>> DeleteAsync(AuthRequest request, CancellationToken cancellation)
    {
        await using var transaction = await database.BeginAsync(cancellation);
        if (!(await FindUserAsync(transaction, request)).Ok(out var user, out var error)) return error;
        await FactorRows.LockAsync(transaction, user.Id);
        if (!(await FactorRows.FindAsync(transaction, request, user.Id)).Ok(out var factor, out error)) return error;
        await FactorRows.RemoveAsync(transaction, user.Id, factor);
        await AuditLog.WriteAsync(transaction, request, AuditAction.FactorDeleted, null, new { user_id = user.Id, factor_id = factor.Id });
        await transaction.CommitAsync();
        return Reply.Object(factor.WriteMembers);
    }

    private static async Task<Result<User>> FindUserAsync(AuthTransaction transaction, AuthRequest request)
    {
        if (!Guid.TryParse(request.Route("userId"), out var id)) return AuthErrors.UserIdMalformed;
        return await UserRows.FindAsync(transaction, id) is { } user ? user : AuthErrors.UserNotFound;
    }
}
