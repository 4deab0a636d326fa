using Hedgerow.Auth.Data;
using Hedgerow.Auth.External.Profiles;

namespace Hedgerow.Auth.Identities;

/// <summary>Whose account an identity opens.</summary>
public abstract record LinkingDecision
{
    /// <summary>The account that has it already.</summary>
    public sealed record Known(Identity Identity) : LinkingDecision;

    /// <summary>An account with the same address, which gets it as a further way in.</summary>
    public sealed record Link(Guid UserId) : LinkingDecision;

    /// <summary>A new account, without an address where that belongs to another account and is not proved.</summary>
    public sealed record Create(string? Email) : LinkingDecision;

    /// <summary>Several accounts have the address: nobody can say which is meant.</summary>
    public sealed record Ambiguous : LinkingDecision;

    private LinkingDecision() { }
}

/// <summary>
/// Decides whose account an identity opens (supabase/auth, internal/models/linking.go): addresses link accounts where they are proved on both
/// sides. An address that another provider merely tells of an account does not draw others' sign-ins into it; GoTrue lets it.
/// </summary>
public static class AccountLinking
{
    private const string ByVerifiedIdentity = """
        select distinct i.user_id from auth.identities i join auth.users u on u.id = i.user_id
        where i.email = any(@emails) and i.provider not like 'sso:%' and u.deleted_at is null and not u.is_sso_user
          and (@trusting or i.identity_data ->> 'email_verified' = 'true')
        """;

    private const string ByAddress = "select id from auth.users where email = any(@emails) and not is_sso_user and deleted_at is null";

    private const string IsTaken = """
        select exists (select from auth.users where email = @email and not is_sso_user)
            or exists (select from auth.identities where email = @email and provider not like 'sso:%')
        """;

    /// <param name="isTrusting">Addresses count as proved without proof (<see cref="AuthOptions.AutoConfirm"/>).</param>
    public static async Task<LinkingDecision> DecideAsync(AuthTransaction transaction, string provider, ExternalUser someone, bool isTrusting)
    {
        if (await IdentityRows.FindAsync(transaction, provider, someone.Subject) is { } identity) return new LinkingDecision.Known(identity);
        string[] emails = [.. someone.Emails.Where(email => email.IsVerified || isTrusting).Select(email => email.Address)];
        var primary = someone.Primary?.Address;
        if (emails.Length == 0)
        {
            var isTaken = primary is not null && await transaction.OneAsync<bool>(IsTaken, new { email = primary });
            return new LinkingDecision.Create(isTaken ? null : primary);
        }

        Guid[] accounts = [.. await transaction.ManyAsync<Guid>(ByVerifiedIdentity, new { emails, trusting = isTrusting })];
        if (accounts.Length == 0) accounts = [.. await transaction.ManyAsync<Guid>(ByAddress, new { emails })];
        return accounts switch
        {
            [] => new LinkingDecision.Create(primary),
            [var account] => new LinkingDecision.Link(account),
            _ => new LinkingDecision.Ambiguous(),
        };
    }
}
