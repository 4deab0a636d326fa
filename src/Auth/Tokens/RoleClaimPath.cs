using System.Text.Json;
using Hedgerow.Auth.Tokens.JsonPaths;

namespace Hedgerow.Auth.Tokens;

/// <summary>
/// The place of the role in a token's claims (PostgREST, JWT Role Extraction): a JSON path (RFC 9535), of whose finds the first counts, or the
/// notation that PostgREST had before v16 (<see cref="OldRolePath"/>).
/// </summary>
public sealed class RoleClaimPath
{
    private readonly Func<JsonElement, JsonElement?> _find;

    private RoleClaimPath(Func<JsonElement, JsonElement?> find) => _find = find;

    /// <exception cref="FormatException">The text is no such path; the message says where it stops making sense.</exception>
    public static RoleClaimPath Parse(string text)
    {
        text = text.Trim();
        if (text is "" or "$") throw new FormatException("the path is empty; \"$.role\" is the usual one");
        if (!text.StartsWith('$')) return new RoleClaimPath(OldRolePath.Parse(text).Find);
        var path = JsonPath.Parse(text);
        return new RoleClaimPath(claims => path.Find(claims).Select(found => (JsonElement?)found).FirstOrDefault());
    }

    /// <summary>The value at this place: a string as it is, anything else as its JSON text; null where there is none.</summary>
    public string? Find(JsonElement claims) => _find(claims) switch
    {
        null or { ValueKind: JsonValueKind.Null } => null,
        { ValueKind: JsonValueKind.String } text => text.GetString(),
        { } other => other.GetRawText(),
    };
}
