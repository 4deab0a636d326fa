using Hedgerow.Postgres.Encryption;
using Npgsql;

namespace Hedgerow.Postgres.Provisioning;

/// <summary>Stores the public key that encrypted columns are written with. The newest row of <c>hedgerow.encryption_keys</c> counts.</summary>
public static class EncryptionProvisioning
{
    /// <summary>Adds the public half of <paramref name="keys"/> unless it is the newest already.</summary>
    /// <returns>Whether a row was added.</returns>
    public static async Task<bool> RunAsync(NpgsqlConnection connection, OpenPgpKeyPair keys, CancellationToken cancellation)
    {
        await using var add = new NpgsqlCommand(
            """
            insert into hedgerow.encryption_keys (public_key)
            select $1
            where (select public_key from hedgerow.encryption_keys order by id desc limit 1) is distinct from $1
            """, connection)
        {
            Parameters = { new() { Value = keys.PublicKey.ToArray() } },
        };
        return await add.ExecuteNonQueryAsync(cancellation) > 0;
    }
}
