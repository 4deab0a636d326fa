using Hedgerow.Auth.Data;
using Npgsql;

namespace Hedgerow.Auth.Tokens.Rotation;

/// <summary>The keys in the database. Gateways read it; <c>hedgerow keys</c>, under the admin login, writes it as well.</summary>
/// <param name="box">What the private halves are sealed with, the same in every replica.</param>
/// <param name="mayBeAbsent">The database need not be a platform's: where there is no such table, or the login may not read it, there are no keys.</param>
public sealed class KeyStore(NpgsqlDataSource database, SecretBox box, bool mayBeAbsent = false)
{
    private const string IsThere = "select coalesce(has_schema_privilege(to_regnamespace('hedgerow'), 'usage') and has_table_privilege(to_regclass('hedgerow.jwt_keys'), 'select'), false)";

    private const string Verifying = """
        select id, algorithm, sealed_jwk, created_at, signs_at, verifies_until, signs_at <= now() as may_sign
        from hedgerow.jwt_keys where verifies_until is null or verifies_until > now() order by signs_at, created_at
        """;

    // Two rotations at once: one after the other, and only the last one's key goes on signing.
    private const string Lock = "lock table hedgerow.jwt_keys in share row exclusive mode";
    private const string Forget = "delete from hedgerow.jwt_keys where verifies_until < now()";

    private const string Retire = """
        update hedgerow.jwt_keys set verifies_until = greatest(signs_at, now() + $1) + $2 where verifies_until is null
        """;

    private const string Insert = """
        insert into hedgerow.jwt_keys (id, algorithm, sealed_jwk, signs_at) values ($1, $2, $3, now() + $4)
        """;

    private const string EndVerifying = "update hedgerow.jwt_keys set verifies_until = now() where id = $1";

    /// <summary>Without a key to seal with, none is stored.</summary>
    public bool CanSeal => box.CanSeal;

    /// <summary>Every key that still verifies, oldest first.</summary>
    public async Task<IReadOnlyList<StoredKey>> ReadAsync(CancellationToken cancellation)
    {
        if (mayBeAbsent)
        {
            await using var ask = database.CreateCommand(IsThere);
            if (await ask.ExecuteScalarAsync(cancellation) is not true) return [];
        }
        await using var command = database.CreateCommand(Verifying);
        await using var rows = await command.ExecuteReaderAsync(cancellation);
        var keys = new List<StoredKey>();
        while (await rows.ReadAsync(cancellation))
            keys.Add(new StoredKey(
                rows.GetGuid(0), rows.GetString(1), rows.GetString(2), rows.GetDateTime(3), rows.GetDateTime(4),
                rows.IsDBNull(5) ? null : rows.GetDateTime(5), rows.GetBoolean(6)));
        return keys;
    }

    /// <summary>The key itself.</summary>
    /// <exception cref="System.Security.Cryptography.CryptographicException">It was sealed with another <c>Encryption:PrivateKey</c>.</exception>
    public JwtKey Open(StoredKey key) => JwkReader.Read(box.Open(key.Id, key.SealedJwk))[0];

    /// <summary>Adds a key that signs once <paramref name="lead"/> is over; the present one verifies for <paramref name="lifetime"/> beyond that.</summary>
    /// <param name="lead">The time in which every gateway has learnt of it.</param>
    /// <param name="lifetime">The longest that a token which was signed until then can be valid for.</param>
    public async Task<StoredKey> RotateAsync(JwtAlgorithm algorithm, TimeSpan lead, TimeSpan lifetime, CancellationToken cancellation)
    {
        var id = Guid.NewGuid();
        var jwk = box.Seal(id, NewJwk.Make(algorithm, id));
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await ExecuteAsync(connection, Lock, cancellation);
        await ExecuteAsync(connection, Forget, cancellation);
        await ExecuteAsync(connection, Retire, cancellation, lead, lifetime);
        await ExecuteAsync(connection, Insert, cancellation, id, algorithm.ToString(), jwk, lead);
        await transaction.CommitAsync(cancellation);
        return (await ReadAsync(cancellation)).Single(key => key.Id == id);
    }

    /// <summary>From now on the key vouches for nothing. False where there is no such key.</summary>
    public async Task<bool> RevokeAsync(Guid id, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return await ExecuteAsync(connection, EndVerifying, cancellation, id) > 0;
    }

    private static async Task<int> ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation, params object[] parameters)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var parameter in parameters) command.Parameters.Add(new NpgsqlParameter { Value = parameter });
        return await command.ExecuteNonQueryAsync(cancellation);
    }
}
