using System.Text.Json;
using Hedgerow.Postgres;

namespace Hedgerow.Auth.Http;

/// <summary>The free-form JSON objects that users carry.</summary>
public static class Metadata
{
    /// <summary>
    /// The SQL that merges the parameter <paramref name="patch"/> into <paramref name="column"/>: members replace, null removes (GoTrue).
    /// Both are names in the code, never a user's text.
    /// </summary>
    public static string MergeSql(string column, string patch) => $"""
        (select coalesce(jsonb_object_agg(key, value) filter (where value <> 'null'::jsonb), jsonb_build_object())
         from jsonb_each(coalesce({column}, jsonb_build_object()) || coalesce({patch}::jsonb, jsonb_build_object())))
        """;

    /// <summary>Refuses what is there and is no object; JSON's null counts as absent.</summary>
    public static ApiError? Refusal(JsonElement? metadata, string name) =>
        metadata is null or { ValueKind: JsonValueKind.Null or JsonValueKind.Object } ? null : AuthErrors.BadJson($"{name} must be an object");

    /// <summary>The object, or null.</summary>
    public static JsonElement? ObjectOrNull(JsonElement? metadata) => metadata is { ValueKind: JsonValueKind.Object } ? metadata : null;
}
