using Hedgerow.Auth.External.Http;
using Hedgerow.Postgres;

namespace Hedgerow.Auth.External.Profiles;

/// <summary>Reads <c>/2.0/user</c> and <c>/2.0/user/emails</c> (developer.atlassian.com/cloud/bitbucket/rest). The profile's members are GoTrue's.</summary>
/// <param name="api">The API's address, without a trailing slash.</param>
public sealed class BitbucketProfile(string api)
{
    public async Task<Result<ExternalUser>> ReadAsync(ProviderClient provider, string accessToken, CancellationToken cancellation)
    {
        if (!(await provider.GetAsync($"{api}/2.0/user", accessToken, cancellation)).Ok(out var user, out var error)) return error;
        if (!(await provider.GetAsync($"{api}/2.0/user/emails?pagelen=100", accessToken, cancellation)).Ok(out var emails, out error)) return error;
        var (id, name) = (user.Json.Text("uuid"), user.Json.Text("display_name"));
        var avatar = user.Json.Member("links").Member("avatar").Text("href");
        return ExternalUser.From(
            id,
            emails.Json.Member("values").Elements().SelectMany(email => ExternalEmail.From(email.Text("email"), email.Truth("is_confirmed"), email.Truth("is_primary"))),
            JsonText.Told(("iss", $"{api}/2.0"), ("name", name), ("picture", avatar), ("avatar_url", avatar), ("full_name", name), ("provider_id", id)));
    }
}
