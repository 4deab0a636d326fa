using System.Text.Json;

namespace Hedgerow.Tests.Integration.Auth.External;

/// <summary>GitHub's REST API, as docs.github.com/rest/users has it (Enterprise Server: below <c>/api/v3</c>).</summary>
public sealed class GitHubStandIn() : StandIn<Person>(new("/login/oauth/authorize", "/login/oauth/access_token", SecretInHeader: false))
{
    protected override string? Resource(string path, Person person) => path switch
    {
        "/api/v3/user" => JsonSerializer.Serialize(new
        {
            login = "ada", id = int.Parse(person.Id, System.Globalization.CultureInfo.InvariantCulture), node_id = "MDQ6VXNlcjE=", avatar_url = "https://avatars.test/ada", type = "User", name = person.Name, email = (string?)null,
        }),
        "/api/v3/user/emails" => JsonSerializer.Serialize(new object[]
        {
            new { email = person.SecondEmail ?? "ada@users.noreply.github.test", primary = false, verified = true, visibility = (string?)null },
            new { email = person.Email, primary = true, verified = person.IsVerified, visibility = "private" },
        }),
        _ => null,
    };

    protected override string TokenExtras(Person person, string accessToken, string? nonce) => ""","scope":"user:email" """;
}

/// <summary>GitLab's REST API, as docs.gitlab.com/api/users has it.</summary>
public sealed class GitLabStandIn() : StandIn<Person>(new("/oauth/authorize", "/oauth/token", SecretInHeader: false))
{
    protected override string? Resource(string path, Person person) => path switch
    {
        "/api/v4/user" => JsonSerializer.Serialize(new
        {
            id = int.Parse(person.Id, System.Globalization.CultureInfo.InvariantCulture), username = "ada", name = person.Name, state = "active", avatar_url = "https://gitlab.test/ada.png",
            email = person.Email, confirmed_at = person.IsVerified ? "2026-01-01T00:00:00.000Z" : null,
        }),
        "/api/v4/user/emails" => JsonSerializer.Serialize(new object[] { new { id = 1, email = "other@gitlab.test", confirmed_at = (string?)null } }),
        _ => null,
    };

    protected override string TokenExtras(Person person, string accessToken, string? nonce) => ""","expires_in":7200,"refresh_token":"again","created_at":1607635748""";
}

/// <summary>Bitbucket's REST API, as developer.atlassian.com/cloud/bitbucket/rest has it.</summary>
public sealed class BitbucketStandIn() : StandIn<Person>(new("/site/oauth2/authorize", "/site/oauth2/access_token", SecretInHeader: true))
{
    protected override string? Resource(string path, Person person) => path switch
    {
        "/2.0/user" => JsonSerializer.Serialize(new
        {
            type = "user", uuid = $"{{{person.Id}}}", display_name = person.Name, links = new { avatar = new { href = "https://bitbucket.test/ada.png" } },
        }),
        "/2.0/user/emails" => JsonSerializer.Serialize(new
        {
            pagelen = 100,
            values = new object[]
            {
                new { type = "email", email = "old@bitbucket.test", is_primary = false, is_confirmed = true },
                new { type = "email", email = person.Email, is_primary = true, is_confirmed = person.IsVerified },
            },
        }),
        _ => null,
    };
}
