using Hedgerow.Auth.Audit;
using Hedgerow.Auth.Data;
using Hedgerow.Auth.Http;
using Hedgerow.Auth.Users;
using Hedgerow.Postgres;

namespace Hedgerow.Auth.Admin;

/// <summary><c>/admin/users</c>: the service role reads and creates users. One user is <see cref="AdminUser"/>'s.</summary>
public sealed class AdminUsers(AuthDatabase database, AuthOptions options)
{
    private const string Where = """
        where @filter = '' or u.email ilike @pattern or u.phone ilike @pattern or u.raw_user_meta_data ->> 'full_name' ilike @pattern
        """;

    private const string Count = $"select count(*) from auth.users u {Where}";
    private static readonly string s_page = $"select {UserRows.Columns} from auth.users u {Where}";

    private const string Ban = "update auth.users set banned_until = now() + @duration where id = @id";

    public async Task<Result<Reply>> ListAsync(AuthRequest request, CancellationToken cancellation)
    {
        if (!Paging.Read(request).Ok(out var page, out var error)) return error;
        if (!UserOrder.Read(request.Query("sort")).Ok(out var order, out error)) return error;
        var filter = request.Query("filter");
        var parameters = new { filter, pattern = LikePattern.Containing(filter), limit = page.Size, offset = page.Offset };

        await using var transaction = await database.BeginAsync(cancellation);
        var total = await transaction.OneAsync<long>(Count, parameters);
        var users = await transaction.ManyAsync<User>($"{s_page} order by {order} limit @limit offset @offset", parameters);
        return Reply.Object(json =>
        {
            json.WriteStartArray("users");
            foreach (var user in users) UserJson.Write(json, user);
            json.WriteEndArray();
            json.WriteString("aud", "authenticated");
        }) with
        {
            Headers = page.Headers("/admin/users", total),
        };
    }

    public async Task<Result<Reply>> PostAsync(AuthRequest request, CancellationToken cancellation)
    {
        if (!(await request.BodyAsync(BodyJson.Default.AdminUserBody, cancellation)).Ok(out var body, out var error)) return error;
        if (!AdminUserInput.Read(body, options).Ok(out var input, out error)) return error;
        if (input.Email is null && input.Phone is null) return AuthErrors.Invalid("Cannot create a user without either an email or phone");
        if (!TryId(body.Id, out var id)) return AuthErrors.Invalid("ID must conform to the uuid v4 format");

        var person = new NewUser
        {
            Id = id,
            Email = input.Email,
            Phone = input.Phone,
            Password = input.Password,
            PasswordHash = input.PasswordHash,
            EmailConfirmed = body.EmailConfirm && input.Email is not null,
            PhoneConfirmed = body.PhoneConfirm && input.Phone is not null,
            Role = string.IsNullOrEmpty(body.Role) ? "authenticated" : body.Role,
            Audience = string.IsNullOrEmpty(body.Aud) ? "authenticated" : body.Aud,
            UserMetadata = Metadata.ObjectOrNull(body.UserMetadata),
            AppMetadata = Metadata.ObjectOrNull(body.AppMetadata),
            StatesVerification = false,
        };
        await using var transaction = await database.BeginAsync(cancellation);
        await person.InsertAsync(transaction);
        if (input.Ban is BanDuration.For ban) await transaction.ExecuteAsync(Ban, new { id, duration = ban.Duration });
        var user = await UserRows.FindAsync(transaction, id) ?? throw new InvalidOperationException("The user was inserted in this transaction.");
        await AuditLog.WriteAsync(transaction, request, AuditAction.SignedUp, null, new { user_id = id, user_email = user.Email, user_phone = user.Phone });
        await transaction.CommitAsync();
        return Reply.Object(json => UserJson.WriteMembers(json, user));
    }

    private static bool TryId(string? text, out Guid id)
    {
        id = Guid.NewGuid();
        return string.IsNullOrEmpty(text) || (Guid.TryParseExact(text, "D", out id) && id != Guid.Empty);
    }
}
