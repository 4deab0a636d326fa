using Hedgerow.Auth.External.Http;
using Hedgerow.Postgres;

namespace Hedgerow.Auth.External.Profiles;

/// <summary>Reads <c>/user</c> and <c>/user/emails</c> (docs.github.com/rest/users). The profile's members are GoTrue's.</summary>
/// <param name="api">The API's address, without a trailing slash.</param>
public sealed class GitHubProfile(string api)
{
    public async Task<Result<ExternalUser>> ReadAsync(ProviderClient provider, string accessToken, CancellationToken cancellation)
    {
        if (!(await provider.GetAsync($"{api}/user", accessToken, cancellation)).Ok(out var user, out var error)) return error;
        if (!(await provider.GetAsync($"{api}/user/emails", accessToken, cancellation)).Ok(out var emails, out error)) return error;
        var (id, name, login, avatar) = (user.Json.Text("id"), user.Json.Text("name"), user.Json.Text("login"), user.Json.Text("avatar_url"));
        return ExternalUser.From(
            id,
            emails.Json.Elements().SelectMany(email => ExternalEmail.From(email.Text("email"), email.Truth("verified"), email.Truth("primary"))),
            JsonText.Told(
                ("iss", api), ("name", name), ("preferred_username", login), ("avatar_url", avatar), ("full_name", name), ("provider_id", id), ("user_name", login)));
    }
}
