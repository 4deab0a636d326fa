using System.Text.Json;
using Hedgerow.Postgres;
using Hedgerow.Storage.Api;
using Hedgerow.Storage.Objects;

namespace Hedgerow.Storage.S3Protocol.Keys;

/// <summary>
/// <c>/storage/v1/s3-keys</c>, with the tokens of the REST API: the service key makes, lists and revokes access keys; people list and revoke those that
/// act for them.
/// </summary>
public sealed class AccessKeyEndpoints(AccessKeys keys)
{
    private const int MaxDescription = 2000;

    private static readonly ApiError s_noKey = new(404, "NoSuchAccessKey", "There is no such access key");

    /// <summary><c>{"description": …, "user_id": …}</c>. The answer alone holds the secret.</summary>
    public async Task<ApiError?> CreateAsync(StorageRequest request, CancellationToken cancellation)
    {
        if (!(await request.JsonAsync(cancellation)).Ok(out var body, out var error)) return error;
        if (!body.Required("description", out var description, out error) || !body.Text("user_id", out var user, out error)) return error;
        if (description.Length is 0 or > MaxDescription || description.Contains('\0', StringComparison.Ordinal)) return StorageErrors.Invalid($"body/description must have 1 to {MaxDescription} characters");
        Guid? userId = null;
        if (user is not null)
        {
            if (!Guid.TryParse(user, out var id)) return StorageErrors.Invalid("body/user_id must be a UUID");
            userId = id;
        }
        if (!(await keys.CreateAsync(request.Session, description, userId, cancellation)).Ok(out var key, out error)) return error;
        request.Http.Response.Headers.CacheControl = "no-store";
        await StorageRoute.ReplyAsync(request.Http, json => Write(json, key, keys.SecretOf(key)));
        return null;
    }

    public async Task<ApiError?> ListAsync(StorageRequest request, CancellationToken cancellation)
    {
        var list = await keys.ListAsync(request.Session, cancellation);
        await StorageRoute.ReplyAsync(request.Http, json =>
        {
            json.WriteStartArray();
            foreach (var key in list) Write(json, key, null);
            json.WriteEndArray();
        });
        return null;
    }

    public async Task<ApiError?> RevokeAsync(StorageRequest request, CancellationToken cancellation)
    {
        if (!Guid.TryParse(request.Name, out var id) || !await keys.RevokeAsync(request.Session, id, cancellation)) return s_noKey;
        await StorageRoute.ReplyAsync(request.Http, "Successfully revoked");
        return null;
    }

    private static void Write(Utf8JsonWriter json, AccessKey key, string? secret)
    {
        json.WriteStartObject();
        json.WriteString("access_key", key.AccessKeyId);
        if (secret is not null) json.WriteString("secret_key", secret);
        json.WriteString("description", key.Description);
        json.WriteString("user_id", key.UserId?.ToString());
        json.WriteString("created_at", ObjectMetadata.Timestamp(key.CreatedAt));
        json.WriteEndObject();
    }
}
