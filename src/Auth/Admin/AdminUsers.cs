using System.Globalization;
using Hedgerow.Auth.Audit;
using Hedgerow.Auth.Data;
using Hedgerow.Auth.Http;
using Hedgerow.Auth.Users;
using Hedgerow.Postgres;

namespace Hedgerow.Auth.Admin;

/// <summary><c>/admin/users</c>: the service role reads and creates users. One user is <see cref="AdminUser"/>'s.</summary>
public sealed class AdminUsers(AuthDatabase database, AuthOptions options)
{
    private const int DefaultPageSize = 50;
    private const int MaxPageSize = 1000;

    private const string Where = """
        where u.deleted_at is null
          and (@filter = '' or u.email ilike @pattern or u.phone ilike @pattern or u.raw_user_meta_data ->> 'full_name' ilike @pattern)
        """;

    private const string Count = $"select count(*) from auth.users u {Where}";
    private const string Page = $"select {UserRows.Columns} from auth.users u {Where} order by u.created_at desc, u.id limit @limit offset @offset";

    private const string Ban = "update auth.users set banned_until = now() + @duration where id = @id";

    public async Task<Result<Reply>> ListAsync(AuthRequest request, CancellationToken cancellation)
    {
        if (!PageNumber(request.Query("page"), 1, int.MaxValue / MaxPageSize, out var page)) return AuthErrors.Invalid("page must be a positive number");
        if (!PageNumber(request.Query("per_page"), DefaultPageSize, int.MaxValue, out var size)) return AuthErrors.Invalid("per_page must be a positive number");
        size = Math.Min(size, MaxPageSize);
        var filter = request.Query("filter");
        var parameters = new { filter, pattern = $"%{EscapeLike(filter)}%", limit = size, offset = (long)(page - 1) * size };

        await using var transaction = await database.BeginAsync(cancellation);
        var total = await transaction.OneAsync<long>(Count, parameters);
        var users = await transaction.ManyAsync<User>(Page, parameters);
        return Reply.Object(json =>
        {
            json.WriteStartArray("users");
            foreach (var user in users) UserJson.Write(json, user);
            json.WriteEndArray();
            json.WriteString("aud", "authenticated");
        }) with
        {
            Headers = [new("X-Total-Count", total.ToString(CultureInfo.InvariantCulture)), new("Link", Links(page, size, total))],
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

    private static bool PageNumber(string text, int absent, int max, out int number)
    {
        number = absent;
        return text.Length == 0 || (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number > 0 && number <= max);
    }

    /// <summary>RFC 8288, as the client reads it: the next and the last page.</summary>
    private static string Links(int page, int size, long total)
    {
        var last = Math.Max(1, (total + size - 1) / size);
        var links = page < last ? $"</admin/users?page={page + 1}&per_page={size}>; rel=\"next\", " : "";
        return $"{links}</admin/users?page={last}&per_page={size}>; rel=\"last\"";
    }

    private static string EscapeLike(string text) => text
        .Replace("\\", "\\\\", StringComparison.Ordinal).Replace("%", "\\%", StringComparison.Ordinal).Replace("_", "\\_", StringComparison.Ordinal);
}
