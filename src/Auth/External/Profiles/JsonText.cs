using System.Text.Json;
using System.Text.Json.Nodes;

namespace Hedgerow.Auth.External.Profiles;

/// <summary>Reads answers that others wrote: what is missing or of another type counts as not told.</summary>
public static class JsonText
{
    /// <summary>A string or a number as text.</summary>
    public static string? Text(this JsonElement json, string name) =>
        json.ValueKind != JsonValueKind.Object || !json.TryGetProperty(name, out var value) ? null : value.ValueKind switch
        {
            JsonValueKind.String => value.GetString() is { Length: > 0 } text && !text.Contains('\0', StringComparison.Ordinal) ? text : null,
            JsonValueKind.Number => value.GetRawText(),
            _ => null,
        };

    /// <summary>True, or the text that says so: some providers send it as a string.</summary>
    public static bool Truth(this JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value)
        && (value.ValueKind == JsonValueKind.True || (value.ValueKind == JsonValueKind.String && value.GetString() is "true" or "True" or "1"));

    public static long? Number(this JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number)
            ? (long)Math.Clamp(number, -1e15, 1e15)
            : null;

    /// <summary>A member, where it is an object.</summary>
    public static JsonElement Member(this JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) ? value : default;

    /// <summary>The elements, where it is an array.</summary>
    public static IEnumerable<JsonElement> Elements(this JsonElement json) =>
        json.ValueKind == JsonValueKind.Array ? json.EnumerateArray() : Enumerable.Empty<JsonElement>();

    /// <summary>An object of the members that are told.</summary>
    public static JsonObject Told(params ReadOnlySpan<(string Name, string? Value)> members)
    {
        var json = new JsonObject();
        foreach (var (name, value) in members)
        {
            if (!string.IsNullOrEmpty(value)) json[name] = value;
        }
        return json;
    }
}
