using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Hedgerow.Auth.Tokens;

/// <summary>
/// The role's place as PostgREST wrote it up to v14 (Authentication, JWT Role Extraction): <c>.postgrest.roles[1]</c>, <c>."a name".key</c>, and at
/// the end a filter of texts, <c>.roles[?(@ ^== "prefix")]</c>, of which the first that fits counts.
/// </summary>
internal sealed partial class OldRolePath
{
    private readonly ImmutableArray<Func<JsonElement, JsonElement?>> _steps;

    private OldRolePath(ImmutableArray<Func<JsonElement, JsonElement?>> steps) => _steps = steps;

    /// <exception cref="FormatException">The text is no such path.</exception>
    public static OldRolePath Parse(string text)
    {
        if (Whole().Match(text) is not { Success: true } path)
            throw new FormatException($"\"{text}\" is no path; \"$.role\" is the usual one");
        var steps = ImmutableArray.CreateBuilder<Func<JsonElement, JsonElement?>>();
        foreach (Capture step in path.Groups["step"].Captures) steps.Add(StepOf(step.Value, text));
        if (path.Groups["operator"].Success) steps.Add(FilterOf(path.Groups["operator"].Value, path.Groups["value"].Value));
        return new OldRolePath(steps.ToImmutable());
    }

    public JsonElement? Find(JsonElement claims)
    {
        JsonElement? at = claims;
        foreach (var step in _steps)
        {
            if (at is not { } value) return null;
            at = step(value);
        }
        return at;
    }

    [GeneratedRegex("""^(?<step>\.(?:[\p{L}\p{N}_$@]+|"[^"]*")|\[[0-9]+\])*(?:\[\?\(@\s*(?<operator>==\^|==|!=|\^==|\*==)\s*"(?<value>[^"]*)"\)\])?$""", RegexOptions.CultureInvariant)]
    private static partial Regex Whole();

    private static Func<JsonElement, JsonElement?> StepOf(string step, string text)
    {
        if (step[0] == '.')
        {
            var name = step[1..].Trim('"');
            return from => from.ValueKind == JsonValueKind.Object && from.TryGetProperty(name, out var value) ? value : null;
        }
        if (!int.TryParse(step[1..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var index))
            throw new FormatException($"an index in the path \"{text}\" is out of range");
        return from => from.ValueKind == JsonValueKind.Array && index < from.GetArrayLength() ? from[index] : null;
    }

    private static Func<JsonElement, JsonElement?> FilterOf(string comparison, string value)
    {
        Predicate<string> holds = comparison switch
        {
            "==" => candidate => candidate == value,
            "!=" => candidate => candidate != value,
            "^==" => candidate => candidate.StartsWith(value, StringComparison.Ordinal),
            "==^" => candidate => candidate.EndsWith(value, StringComparison.Ordinal),
            _ => candidate => candidate.Contains(value, StringComparison.Ordinal),
        };
        return from =>
        {
            if (from.ValueKind != JsonValueKind.Array) return null;
            foreach (var candidate in from.EnumerateArray())
                if (candidate.ValueKind == JsonValueKind.String && holds(candidate.GetString()!)) return candidate;
            return null;
        };
    }
}
