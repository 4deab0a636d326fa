using System.Text.Json;
using Hedgerow.Auth.Data;

namespace Hedgerow.Auth.Users;

/// <summary>A user who is about to exist. Applications' own profiles follow by trigger, in the same transaction.</summary>
public sealed record NewUser
{
    public Guid Id { get; init; } = Guid.NewGuid();
    public string? Email { get; init; }
    public string? Phone { get; init; }

    /// <summary>In clear; hashed on its way into the table. Null: no password.</summary>
    public string? Password { get; init; }

    /// <summary>A bcrypt hash made elsewhere, instead of <see cref="Password"/>.</summary>
    public string? PasswordHash { get; init; }

    public bool EmailConfirmed { get; init; }
    public bool PhoneConfirmed { get; init; }
    public bool IsAnonymous { get; init; }
    public string Role { get; init; } = "authenticated";
    public string Audience { get; init; } = "authenticated";

    /// <summary>What the person may write: a JSON object, or null.</summary>
    public JsonElement? UserMetadata { get; init; }

    /// <summary>What only the service role may write: a JSON object, or null.</summary>
    public JsonElement? AppMetadata { get; init; }

    /// <summary>The verified state that GoTrue repeats in the metadata and the identity.</summary>
    public bool StatesVerification { get; init; } = true;

    private const string Insert = $$"""
        with who as (
          select @id::uuid as id, @email::text as email, @phone::text as phone,
                 jsonb_strip_nulls(jsonb_build_object('sub', @id::text, 'email', @email::text, 'phone', @phone::text))
                 || jsonb_build_object('email_verified', @emailConfirmed::boolean, 'phone_verified', @phoneConfirmed::boolean) as stated),
        created as (
          insert into auth.users (
            instance_id, id, aud, role, email, phone, encrypted_password, email_confirmed_at, phone_confirmed_at,
            raw_app_meta_data, raw_user_meta_data, is_anonymous, created_at, updated_at,
            confirmation_token, recovery_token, email_change_token_new, email_change)
          select '00000000-0000-0000-0000-000000000000', id, @audience, @role, email, phone,
                 coalesce(@passwordHash, {{Users.Password.HashSql}}, ''),
                 case when @emailConfirmed then now() end, case when @phoneConfirmed then now() end,
                 case when @isAnonymous then '{}'::jsonb
                      else jsonb_build_object('provider', case when email is null then 'phone' else 'email' end,
                                              'providers', jsonb_path_query_array(jsonb_build_array(case when email is not null then 'email' end, case when phone is not null then 'phone' end), '$[*] ? (@ != null)'))
                 end || coalesce(@appMetadata::jsonb, '{}'),
                 coalesce(@userMetadata::jsonb, '{}') || case when @statesVerification then stated else '{}' end,
                 @isAnonymous, now(), now(), '', '', '', ''
          from who
          returning id)
        insert into auth.identities (provider_id, user_id, identity_data, provider, last_sign_in_at, created_at, updated_at)
        select who.id::text, created.id, coalesce(@userMetadata::jsonb, '{}') || who.stated, provider, now(), now(), now()
        from who, created, unnest(array[case when who.email is not null then 'email' end, case when who.phone is not null then 'phone' end]) provider
        where provider is not null
        """;

    /// <summary>Inserts the user with an identity for each address. A duplicate address is a unique violation.</summary>
    public Task InsertAsync(AuthTransaction transaction) => transaction.ExecuteAsync(Insert, new
    {
        id = Id,
        email = Email,
        phone = Phone,
        password = Password,
        passwordHash = PasswordHash,
        emailConfirmed = EmailConfirmed,
        phoneConfirmed = PhoneConfirmed,
        isAnonymous = IsAnonymous,
        role = Role,
        audience = Audience,
        userMetadata = UserMetadata?.GetRawText(),
        appMetadata = AppMetadata?.GetRawText(),
        statesVerification = StatesVerification && !IsAnonymous,
    });

    /// <summary>Inserts the user and reads what became of it: applications' triggers may have a say.</summary>
    public async Task<User> CreateAsync(AuthTransaction transaction)
    {
        await InsertAsync(transaction);
        return await UserRows.FindAsync(transaction, Id) ?? throw new InvalidOperationException("The user was inserted in this transaction.");
    }

    /// <summary>
    /// For an address that somebody has: the user that there would be if nobody had it. The user is made for an address that nobody has, and undone, so
    /// that neither the answer nor its time tells the two cases apart.
    /// </summary>
    public async Task<User> PretendAsync(AuthTransaction transaction)
    {
        var nobody = $"{Guid.NewGuid():N}@nobody.invalid";
        var user = await transaction.UndoneAsync(() => (this with { Email = nobody }).CreateAsync(transaction));
        return user with
        {
            Email = Email,
            UserMetadata = user.UserMetadata.Replace(nobody, Email, StringComparison.Ordinal),
            Identities = user.Identities.Replace(nobody, Email, StringComparison.Ordinal),
        };
    }
}
