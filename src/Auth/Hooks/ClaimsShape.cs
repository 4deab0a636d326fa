using System.Text.Json;

namespace Hedgerow.Auth.Hooks;

/// <summary>What the claims of an access token must be at least (supabase/auth, MinimumViableTokenSchema; worded as its validator does).</summary>
internal static class ClaimsShape
{
    private static readonly string[] s_required = ["aud", "exp", "iat", "sub", "email", "phone", "role", "aal", "session_id", "is_anonymous"];

    private static readonly (string Name, string Type)[] s_types =
    [
        ("aud", "string/array"), ("exp", "integer"), ("jti", "string"), ("iat", "integer"), ("iss", "string"), ("nbf", "integer"), ("sub", "string"),
        ("email", "string"), ("phone", "string"), ("app_metadata", "object"), ("user_metadata", "object"), ("role", "string"), ("aal", "string"),
        ("amr", "array"), ("session_id", "string"), ("client_id", "string"), ("is_anonymous", "boolean"),
    ];

    /// <summary>Everything that is wrong; empty where the claims make a token.</summary>
    public static IReadOnlyList<string> Flaws(JsonElement claims)
    {
        if (claims.ValueKind != JsonValueKind.Object) return [$"(root): Invalid type. Expected: object, given: {Kind(claims)}"];
        var flaws = new List<string>();
        foreach (var name in s_required)
            if (!claims.TryGetProperty(name, out _)) flaws.Add($"(root): {name} is required");
        foreach (var (name, type) in s_types)
            if (claims.TryGetProperty(name, out var value) && !type.Split('/').Contains(Kind(value)))
                flaws.Add($"{name}: Invalid type. Expected: {type}, given: {Kind(value)}");
        return flaws;
    }

    private static string Kind(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "object",
        JsonValueKind.Array => "array",
        JsonValueKind.String => "string",
        JsonValueKind.Number => value.TryGetInt64(out _) ? "integer" : "number",
        JsonValueKind.True or JsonValueKind.False => "boolean",
        _ => "null",
    };
}
