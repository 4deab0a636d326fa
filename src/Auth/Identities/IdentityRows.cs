using System.Text.Json.Nodes;
using Hedgerow.Auth.Data;

namespace Hedgerow.Auth.Identities;

/// <summary>A row of <c>auth.identities</c>: a way in.</summary>
public sealed record Identity
{
    public Guid Id { get; init; }
    public Guid UserId { get; init; }
    public required string Provider { get; init; }
    public required string ProviderId { get; init; }
    public string? Email { get; init; }

    /// <summary>The provider says that the address is the person's.</summary>
    public bool IsEmailVerified { get; init; }
}

/// <summary>Reads and writes identities.</summary>
public static class IdentityRows
{
    private const string Columns = """
        i.id, i.user_id, i.provider, i.provider_id, i.email, coalesce(i.identity_data ->> 'email_verified', 'false') = 'true' as is_email_verified
        """;

    private const string BySubject = $"select {Columns} from auth.identities i where i.provider = @provider and i.provider_id = @subject";

    // Those whose address was verified first, then older ones.
    private const string OfUser = $"""
        select {Columns} from auth.identities i where i.user_id = @user
        order by i.email is null, coalesce(i.identity_data ->> 'email_verified', 'false') <> 'true', i.created_at, i.id
        """;

    private const string Insert = """
        insert into auth.identities (id, provider_id, user_id, identity_data, provider, last_sign_in_at, created_at, updated_at)
        values (@id, @subject, @user, @profile::jsonb, @provider, now(), now(), now())
        """;

    private const string Update = "update auth.identities set identity_data = @profile::jsonb, last_sign_in_at = now(), updated_at = now() where id = @id";
    private const string Remove = "delete from auth.identities where id = @id";

    public static Task<Identity?> FindAsync(AuthTransaction transaction, string provider, string subject) =>
        transaction.OneAsync<Identity>(BySubject, new { provider, subject });

    /// <summary>All of a person's, in the order in which their addresses come into question for the account.</summary>
    public static async Task<Identity[]> ListAsync(AuthTransaction transaction, Guid user) =>
        [.. await transaction.ManyAsync<Identity>(OfUser, new { user })];

    /// <summary>The new row's id. One that somebody has already is a unique violation.</summary>
    public static async Task<Guid> InsertAsync(AuthTransaction transaction, Guid user, string provider, string subject, JsonObject profile)
    {
        var id = Guid.NewGuid();
        await transaction.ExecuteAsync(Insert, new { id, user, provider, subject, profile = profile.ToJsonString() });
        return id;
    }

    /// <summary>False where it is gone.</summary>
    public static async Task<bool> UpdateAsync(AuthTransaction transaction, Guid id, JsonObject profile) =>
        await transaction.ExecuteAsync(Update, new { id, profile = profile.ToJsonString() }) > 0;

    public static Task RemoveAsync(AuthTransaction transaction, Guid id) => transaction.ExecuteAsync(Remove, new { id });
}
