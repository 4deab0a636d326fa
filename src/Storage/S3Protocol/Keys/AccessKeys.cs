using Hedgerow.Postgres;
using Hedgerow.Storage.Objects;
using Npgsql;

namespace Hedgerow.Storage.S3Protocol.Keys;

/// <summary>An access key as it is listed: without its secret, which is told once.</summary>
/// <param name="UserId">Whom it acts for; null: a service.</param>
public sealed record AccessKey(Guid Id, string Description, Guid? UserId, DateTime CreatedAt)
{
    /// <summary>As S3 clients are told it.</summary>
    public string AccessKeyId => Id.ToString("N");
}

/// <summary>What a request with an access key is verified with, and on whose behalf it acts.</summary>
public sealed record KnownKey(string Secret, Caller Caller);

/// <summary>
/// The access keys of <c>storage.s3_access_keys</c>. Looked up for every request: a revoked key, or one whose owner is banned or gone, ends at once.
/// </summary>
public sealed class AccessKeys(StorageDatabase database, AccessKeySecrets secrets)
{
    private const string Columns = "k.id, k.description, k.user_id, k.created_at";

    private static readonly ApiError s_unavailable = new(
        501, "FeatureNotEnabled", "Access keys need Encryption:PrivateKey, from which their secrets are derived: set HEDGEROW_Encryption__PrivateKey, the same for every gateway");
    private static readonly ApiError s_noUser = new(404, "NoSuchUser", "There is no such user");
    private static readonly Session s_room = new(new Caller("hedgerow_storage", "{}"), "storage.s3.authenticate");

    /// <summary>Null: it is none, or revoked.</summary>
    public async Task<KnownKey?> FindAsync(string accessKeyId, CancellationToken cancellation)
    {
        if (!secrets.IsAvailable || !Guid.TryParseExact(accessKeyId, "N", out var id)) return null;
        await using var trip = await database.ReadAsync(
            s_room, [StorageDatabase.Statement("select hedgerow.claims_of_s3_access_key($1)::text, hedgerow.claims_of_s3_access_key($1) ->> 'role'", id.ToString())], [], cancellation);
        if (!await trip.Reader.ReadAsync(cancellation) || Rows.Text(trip.Reader, 0) is not { } claims) return null;
        return new KnownKey(secrets.Of(id), new Caller(trip.Reader.GetString(1), claims));
    }

    /// <summary>The key's secret; it can be told again only by making another key.</summary>
    public string SecretOf(AccessKey key) => secrets.Of(key.Id);

    /// <summary>Makes a key, where the caller may: the service key.</summary>
    /// <param name="userId">Whom it is to act for; null: a service.</param>
    public async Task<Result<AccessKey>> CreateAsync(Session session, string description, Guid? userId, CancellationToken cancellation)
    {
        if (!secrets.IsAvailable) return s_unavailable;
        try
        {
            await using var trip = await database.WriteAsync(
                session, [], [StorageDatabase.Statement(
                    $"insert into storage.s3_access_keys as k (description, user_id) values ($1, $2) returning {Columns}", description, userId?.ToString())], cancellation);
            await trip.Reader.ReadAsync(cancellation);
            var key = Read(trip.Reader);
            await trip.FinishAsync(cancellation);
            return key;
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.ForeignKeyViolation)
        {
            return s_noUser;
        }
    }

    /// <summary>Those that the caller sees, the newest first.</summary>
    public async Task<IReadOnlyList<AccessKey>> ListAsync(Session session, CancellationToken cancellation)
    {
        await using var trip = await database.ReadAsync(
            session, [], [StorageDatabase.Statement($"select {Columns} from storage.s3_access_keys as k order by k.created_at desc, k.id")], cancellation);
        var keys = new List<AccessKey>();
        while (await trip.Reader.ReadAsync(cancellation)) keys.Add(Read(trip.Reader));
        return keys;
    }

    /// <summary>Ends a key; false where the caller sees none of that id.</summary>
    public async Task<bool> RevokeAsync(Session session, Guid id, CancellationToken cancellation)
    {
        await using var trip = await database.WriteAsync(
            session, [], [StorageDatabase.Statement("delete from storage.s3_access_keys as k where k.id = $1 returning k.id", id.ToString())], cancellation);
        var revoked = await trip.Reader.ReadAsync(cancellation);
        await trip.FinishAsync(cancellation);
        return revoked;
    }

    private static AccessKey Read(NpgsqlDataReader reader)
    {
        var (id, description) = (reader.GetGuid(0), reader.GetString(1));
        return new AccessKey(id, description, reader.IsDBNull(2) ? null : reader.GetGuid(2), reader.GetDateTime(3));
    }
}
