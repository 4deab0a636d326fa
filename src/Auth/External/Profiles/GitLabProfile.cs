using Hedgerow.Auth.External.Http;
using Hedgerow.Postgres;

namespace Hedgerow.Auth.External.Profiles;

/// <summary>Reads <c>/api/v4/user</c> and <c>/api/v4/user/emails</c> (docs.gitlab.com/api/users). The profile's members are GoTrue's.</summary>
/// <param name="host">The instance's address, without a trailing slash.</param>
public sealed class GitLabProfile(string host)
{
    public async Task<Result<ExternalUser>> ReadAsync(ProviderClient provider, string accessToken, CancellationToken cancellation)
    {
        if (!(await provider.GetAsync($"{host}/api/v4/user", accessToken, cancellation)).Ok(out var user, out var error)) return error;
        if (!(await provider.GetAsync($"{host}/api/v4/user/emails", accessToken, cancellation)).Ok(out var emails, out error)) return error;
        var (id, name, avatar) = (user.Json.Text("id"), user.Json.Text("name"), user.Json.Text("avatar_url"));
        return ExternalUser.From(
            id,
            [
                // GitLab does not tell of the further ones whether they are confirmed.
                .. emails.Json.Elements().SelectMany(email => ExternalEmail.From(email.Text("email"), isVerified: false, isPrimary: false)),
                .. ExternalEmail.From(user.Json.Text("email"), user.Json.Text("confirmed_at") is not null, isPrimary: true),
            ],
            JsonText.Told(("iss", host), ("name", name), ("picture", avatar), ("avatar_url", avatar), ("full_name", name), ("provider_id", id)));
    }
}
