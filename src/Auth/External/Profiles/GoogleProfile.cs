using System.Text.Json;
using System.Text.Json.Nodes;
using Hedgerow.Postgres;

namespace Hedgerow.Auth.External.Profiles;

/// <summary>The claims of Google's id_tokens (developers.google.com/identity/openid-connect). The profile's members are GoTrue's.</summary>
public static class GoogleProfile
{
    public static Result<ExternalUser> Read(JsonElement claims)
    {
        var (id, name, picture) = (claims.Text("sub"), claims.Text("name"), claims.Text("picture"));
        var profile = JsonText.Told(
            ("iss", claims.Text("iss")), ("name", name), ("picture", picture), ("avatar_url", picture), ("full_name", name), ("provider_id", id));
        // The Workspace domain: applications admit people by it.
        if (claims.Text("hd") is { } domain) profile["custom_claims"] = new JsonObject { ["hd"] = domain };
        return ExternalUser.From(id, ExternalEmail.From(claims.Text("email"), claims.Truth("email_verified"), isPrimary: true), profile);
    }
}
