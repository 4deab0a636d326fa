using System.Globalization;
using System.Net;

namespace Hedgerow.Cli.Seed.Tables;

/// <summary>People: accounts, their profiles, their connections to code hosts and where they signed in from.</summary>
public static class Accounts
{
    /// <summary>Where profiles wait until the accounts' own trigger has made their rows.</summary>
    public const string Profiles = "pg_temp.seed_profiles";

    private static readonly string[] Providers = ["github", "google", "gitlab", "bitbucket"];
    private static readonly (string Device, string Browser, string Os, string Agent)[] Devices =
    [
        ("desktop", "Firefox", "Linux", "Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0"),
        ("desktop", "Chrome", "macOS", "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36"),
        ("desktop", "Edge", "Windows", "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36 Edg/141.0.0.0"),
        ("mobile", "Safari", "iOS", "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1"),
    ];

    public static IEnumerable<TableLoad> Of(Sources sources)
    {
        var world = sources.World;
        var users = world.Plan.Users;
        yield return new("auth.users",
            "id, instance_id, aud, role, email, encrypted_password, email_confirmed_at, last_sign_in_at, raw_app_meta_data, raw_user_meta_data, created_at, updated_at, "
            // Supabase's auth server reads these as text: empty rather than null.
            + "confirmation_token, recovery_token, email_change_token_new, email_change",
            users, (row, user) =>
            {
                var created = world.UserCreated(user);
                row.Id(Seeded.User, user).Uuid(Guid.Empty).Text("authenticated").Text("authenticated").Text(Prose.Email(user)).Text(sources.PasswordHash)
                    .Time(created).Time(LastSeen(world, user)).Json("""{"provider": "email", "providers": ["email"]}""")
                    .Json($$"""{"full_name": "{{Prose.FullName(user)}}"}""").Time(created).Time(created)
                    .Text("").Text("").Text("").Text("");
            });
        yield return new("auth.identities", "id, user_id, provider_id, provider, identity_data, last_sign_in_at, created_at, updated_at", users, (row, user) =>
        {
            var (id, created) = (SeedId.At(Seeded.User, user), world.UserCreated(user));
            row.Id(Seeded.Identity, user).Uuid(id).Text(id.ToString()).Text("email")
                .Json($$"""{"sub": "{{id}}", "email": "{{Prose.Email(user)}}", "email_verified": true, "phone_verified": false}""")
                .Time(LastSeen(world, user)).Time(created).Time(created);
        });
        yield return new(Profiles, "id, full_name, avatar_url, bio, github_username, website_url, preferences, created_at", users, (row, user) =>
        {
            var dice = Dice.For(Seeded.User, user, salt: 3);
            var handle = Prose.Handle(user);
            row.Id(Seeded.User, user).Text(Prose.FullName(user)).Text($"https://avatars.example/{handle}.png")
                .Text($"Builds with {dice.Pick(Stack.All).Framework}. Likes {dice.Pick(Words.ProjectFirst)} and {dice.Pick(Words.ProjectFirst)} projects.")
                .Text(dice.Chance(70) ? handle.Replace('.', '-') : null).Text(dice.Chance(30) ? $"https://{handle}.example" : null)
                .Json($$"""{"notifications": {"email": {{(dice.Chance(50) ? "true" : "false")}} }, "theme": "{{(dice.Chance(60) ? "dark" : "light")}}", "fontSize": {{dice.Between(12, 16)}}}""")
                .Time(world.UserCreated(user));
        }) { Fills = "public.users" };
        yield return new("public.oauth_connections",
            "id, user_id, provider, provider_user_id, access_token, refresh_token, token_expires_at, scopes, metadata, created_at, updated_at",
            users * 3 / 5, (row, index) =>
            {
                var user = index * 5 / 3;
                var dice = Dice.For(Seeded.OAuthConnection, index);
                var provider = dice.Chance(70) ? "github" : dice.Pick(Providers);
                var created = dice.Moment(world.UserCreated(user), world.Now);
                row.Id(Seeded.OAuthConnection, index).Id(Seeded.User, user).Text(provider).Text(dice.Between(1_000_000, 99_999_999).ToString(CultureInfo.InvariantCulture))
                    .Text(sources.Encrypted(Secret.Token(index * 2))).Text(sources.Encrypted(Secret.Token(index * 2 + 1))).Time(world.Now.AddDays(30))
                    .Texts(provider == "github" ? ["repo", "read:user"] : ["openid", "email"])
                    .Json($$"""{"login": "{{Prose.Handle(user)}}"}""").Time(created).Time(created);
            });
        yield return new("auth.sessions", "id, user_id, aal, user_agent, ip, created_at, updated_at", users * 3 / 2, (row, index) =>
        {
            var signIn = SignInAt(world, index);
            row.Id(Seeded.UserSession, index).Id(Seeded.User, signIn.User).Text("aal1").Text(signIn.Device.Agent).Address(signIn.From)
                .Time(signIn.Began).Time(signIn.Seen);
        });
        yield return new("public.user_sessions_extended", "id, user_id, ip_address, user_agent, device_type, browser, os, country, last_activity_at, created_at",
            users * 3 / 2, (row, index) =>
            {
                var (user, from, device, country, began, seen) = SignInAt(world, index);
                row.Id(Seeded.UserSession, index).Id(Seeded.User, user).Address(from).Text(device.Agent).Text(device.Device).Text(device.Browser).Text(device.Os)
                    .Text(country).Time(seen).Time(began);
            });
    }

    /// <summary>An address of the ranges reserved for documentation (RFC 5737).</summary>
    public static IPAddress Address(ref Dice dice) =>
        new(dice.Chance(50) ? [203, 0, 113, (byte)dice.Between(1, 254)] : [198, 51, 100, (byte)dice.Between(1, 254)]);

    public static string Agent(ref Dice dice) => dice.Pick(Devices).Agent;

    private static (int User, IPAddress From, (string Device, string Browser, string Os, string Agent) Device, string Country, DateTime Began, DateTime Seen)
        SignInAt(World world, int index)
    {
        var user = index % world.Plan.Users;
        var dice = Dice.For(Seeded.UserSession, index);
        var began = dice.Moment(world.UserCreated(user), world.Now);
        return (user, Address(ref dice), dice.Pick(Devices), dice.Pick(Words.Countries), began, dice.Moment(began, world.Now));
    }

    private static DateTime LastSeen(World world, int user) => Dice.For(Seeded.User, user, salt: 4).Moment(world.UserCreated(user), world.Now);
}
