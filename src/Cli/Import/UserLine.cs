using System.Text.Json;
using System.Text.Json.Nodes;
using Hedgerow.Auth.Users;

namespace Hedgerow.Cli.Import;

/// <summary>A user as a line of an export has it, checked, and brought to the form of <c>auth.users</c> and <c>auth.identities</c>.</summary>
/// <param name="User">A JSON object under the columns' names.</param>
/// <param name="Identities">A JSON array of such objects.</param>
internal sealed record UserLine(Guid Id, string User, string Identities)
{
    private static readonly JsonDocumentOptions s_strict = new() { AllowDuplicateProperties = false, MaxDepth = 64 };

    // The admin API and the client say it otherwise than the table.
    private static readonly (string Api, string Column)[] s_names = [("app_metadata", "raw_app_meta_data"), ("user_metadata", "raw_user_meta_data"), ("password_hash", "encrypted_password")];

    /// <exception cref="FormatException">The line is no user; the message says why.</exception>
    public static UserLine Parse(string line)
    {
        var user = ParseObject(line);
        foreach (var (api, column) in s_names)
            if (user[column] is null && user[api] is { } value) user[column] = value.DeepClone();

        if (!Guid.TryParse(Text(user, "id"), out var id) || id == Guid.Empty) throw new FormatException("id is missing or no UUID");
        var email = Address(user, "email", EmailAddress.Normalise);
        var phone = Address(user, "phone", PhoneNumber.Normalise);
        foreach (var name in (string[])["raw_app_meta_data", "raw_user_meta_data"])
            if (user[name] is not (null or JsonObject)) throw new FormatException($"{name} is no object");
        if (Text(user, "encrypted_password") is { Length: > 0 } hash && !BcryptHash.IsWellFormed(hash))
            throw new FormatException("encrypted_password is no bcrypt hash: nobody could sign in with it");
        var identities = user["identities"] switch
        {
            null => OwnIdentities(id, email, phone, user),
            JsonArray array => [.. array.Select((identity, i) => Identity(identity, id, i))],
            _ => throw new FormatException("identities is no array"),
        };
        if (email is null && phone is null && identities.Count == 0 && user["is_anonymous"]?.GetValueKind() != JsonValueKind.True)
            throw new FormatException("has neither an e-mail address nor a phone number nor an identity, and is not anonymous");
        user.Remove("identities");
        return new UserLine(id, user.ToJsonString(), identities.ToJsonString());
    }

    private static JsonObject ParseObject(string line)
    {
        try
        {
            return JsonNode.Parse(line, documentOptions: s_strict) as JsonObject ?? throw new FormatException("is no JSON object");
        }
        catch (JsonException)
        {
            throw new FormatException("is not valid JSON");
        }
    }

    private static string? Text(JsonObject node, string name) => node[name] switch
    {
        null => null,
        JsonValue value when value.GetValueKind() == JsonValueKind.String => value.GetValue<string>(),
        _ => throw new FormatException($"{name} is no text"),
    };

    /// <summary>Exports write '' for no phone number.</summary>
    private static string? Address(JsonObject user, string name, Func<string?, string?> normalise)
    {
        var text = Text(user, name);
        var address = string.IsNullOrEmpty(text) ? null : normalise(text) ?? throw new FormatException($"{name} is malformed");
        user[name] = address;
        return address;
    }

    private static JsonObject Identity(JsonNode? node, Guid user, int index)
    {
        if (node is not JsonObject identity) throw new FormatException($"identities[{index}] is no object");
        if (string.IsNullOrEmpty(Text(identity, "provider"))) throw new FormatException($"identities[{index}].provider is missing");
        var copy = (JsonObject)identity.DeepClone();
        // The API calls the provider's id "id", and the row's "identity_id"; exports of older projects have no provider_id at all.
        if (copy["provider_id"] is null)
        {
            copy["provider_id"] = Text(identity, "id") ?? throw new FormatException($"identities[{index}].provider_id is missing");
            copy["id"] = identity["identity_id"]?.DeepClone();
        }
        if (copy["identity_data"] is not JsonObject) throw new FormatException($"identities[{index}].identity_data is no object");
        copy["user_id"] = user.ToString();
        return copy;
    }

    /// <summary>As a sign-up makes them.</summary>
    private static JsonArray OwnIdentities(Guid id, string? email, string? phone, JsonObject user)
    {
        var identities = new JsonArray();
        if (email is not null) identities.Add(Own(id, "email", email, user["email_confirmed_at"] is not null));
        if (phone is not null) identities.Add(Own(id, "phone", phone, user["phone_confirmed_at"] is not null));
        return identities;
    }

    private static JsonObject Own(Guid id, string provider, string address, bool isVerified) => new()
    {
        ["provider_id"] = id.ToString(),
        ["user_id"] = id.ToString(),
        ["provider"] = provider,
        ["identity_data"] = new JsonObject { ["sub"] = id.ToString(), [provider] = address, [$"{provider}_verified"] = isVerified },
    };
}
