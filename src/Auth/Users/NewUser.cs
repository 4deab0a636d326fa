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

    /// <summary>Who is about to be made, for whoever may refuse it: nothing of it exists yet.</summary>
    public User Candidate => new()
    {
        Id = Id,
        Aud = Audience,
        Role = Role,
        Email = Email,
        Phone = Phone,
        IsAnonymous = IsAnonymous,
        AppMetadata = IsAnonymous ? "{}" : User.ProviderMetadata(Email is null ? "phone" : "email"),
        UserMetadata = UserMetadata?.GetRawText() ?? "{}",
        Identities = "[]",
        Factors = "[]",
    };

    /// <summary>
    /// Does <paramref name="send"/> for whoever has the address; where nobody has it, for a user who is made and undone. Both times a user is made and
    /// undone and something is sent, so that time tells nothing.
    /// </summary>
    /// <param name="holder">Who has the address; null where nobody has it, or what is to be sent is not for them.</param>
    /// <returns>The user that there would be if nobody had the address.</returns>
    public async Task<User> SendDiscreetlyAsync(AuthTransaction transaction, User? holder, Func<User, Task> send)
    {
        var user = await PretendAsync(transaction, holder is null ? send : null);
        if (holder is not null) await send(holder);
        return user;
    }

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
    /// For an address or number that somebody has: the user that there would be if nobody had it. The user is made for one that nobody has, and undone, so
    /// that neither the answer nor its time tells the two cases apart.
    /// </summary>
    /// <param name="then">What is done for that user before it is undone.</param>
    public async Task<User> PretendAsync(AuthTransaction transaction, Func<User, Task>? then = null)
    {
        var nobody = Email is null ? $"0{Guid.NewGuid():N}" : $"{Guid.NewGuid():N}@nobody.invalid";
        var stranger = Email is null ? this with { Phone = nobody } : this with { Email = nobody };
        var user = await transaction.UndoneAsync(async () =>
        {
            var made = await stranger.CreateAsync(transaction);
            if (then is not null) await then(made);
            return made;
        });
        return user with
        {
            Email = Email,
            Phone = Phone,
            UserMetadata = user.UserMetadata.Replace(nobody, Email ?? Phone, StringComparison.Ordinal),
            Identities = user.Identities.Replace(nobody, Email ?? Phone, StringComparison.Ordinal),
        };
    }
}
