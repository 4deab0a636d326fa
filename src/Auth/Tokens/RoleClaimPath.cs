using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Hedgerow.Auth.Tokens;

/// <summary>
/// The place of the role in a token's claims: the part of JSON Path (RFC 9535) that PostgREST documents under JWT Role
/// Extraction (names, indexes, wildcards, filters by equality and <c>search()</c>; the first value found counts), and its older notation
/// (<c>.postgrest.roles[1]</c>, <c>."a name".key</c>, <c>[?(@ ^== "prefix")]</c>).
/// </summary>
public sealed partial class RoleClaimPath
{
    private readonly ImmutableArray<Step> _steps;

    private RoleClaimPath(ImmutableArray<Step> steps) => _steps = steps;

    /// <exception cref="FormatException">The text is no such path; the message says where it stops making sense.</exception>
    public static RoleClaimPath Parse(string text)
    {
        var steps = ImmutableArray.CreateBuilder<Step>();
        var rest = text.AsSpan().Trim();
        if (rest.StartsWith("$", StringComparison.Ordinal)) rest = rest[1..];
        if (rest.IsEmpty) throw new FormatException("the path is empty; \"$.role\" is the usual one");
        while (!rest.IsEmpty)
        {
            var match = StepPattern().Match(rest.ToString());
            if (!match.Success) throw new FormatException($"\"{rest}\" is not understood in the path \"{text}\"");
            steps.Add(StepOf(match, text));
            rest = rest[match.Length..];
        }
        return new RoleClaimPath(steps.ToImmutable());
    }

    /// <summary>The first value at this place: a string as it is, anything else as its JSON text; null where there is none.</summary>
    public string? Find(JsonElement claims)
    {
        IEnumerable<JsonElement> found = [claims];
        foreach (var step in _steps) found = found.SelectMany(step.Select);
        return found.FirstOrDefault() is { ValueKind: not (JsonValueKind.Undefined or JsonValueKind.Null) } value
            ? value.ValueKind == JsonValueKind.String ? value.GetString() : value.GetRawText()
            : null;
    }

    [GeneratedRegex("""
        ^(?:
            (?<any>\.\*|\[\*\]) | \.(?<name>[^.\[\]"']+) | \."(?<name>[^"]*)" | \['(?<name>[^']*)'\] | \["(?<name>[^"]*)"\]
          | \[(?<index>-?\d+)\]
          | \[\?\(?\s*@(?<member>(?:\.\w+|\['[^']*'\])*)\s*(?<operator>==|!=|\^==|==\^|\*==)\s*(?:'(?<value>[^']*)'|"(?<value>[^"]*)")\s*\)?\]
          | \[\?\(?\s*search\(\s*@(?<member>(?:\.\w+|\['[^']*'\])*)\s*,\s*(?:'(?<pattern>[^']*)'|"(?<pattern>[^"]*)")\s*\)\s*\)?\]
        )
        """, RegexOptions.IgnorePatternWhitespace | RegexOptions.CultureInvariant)]
    private static partial Regex StepPattern();

    private static Step StepOf(Match match, string text)
    {
        if (match.Groups["name"].Success) return new Member(match.Groups["name"].Value);
        if (match.Groups["index"].Success)
        {
            return int.TryParse(match.Groups["index"].Value, CultureInfo.InvariantCulture, out var index)
                ? new Element(index)
                : throw new FormatException($"an index in the path \"{text}\" is out of range");
        }
        if (match.Groups["any"].Success) return new Children();
        var members = MemberName().Matches(match.Groups["member"].Value).Select(m => m.Groups["name"].Value).ToImmutableArray();
        if (match.Groups["pattern"].Success) return new Filter(members, Search(match.Groups["pattern"].Value, text));
        var value = match.Groups["value"].Value;
        return new Filter(members, match.Groups["operator"].Value switch
        {
            "==" => candidate => candidate == value,
            "!=" => candidate => candidate != value,
            "^==" => candidate => candidate.StartsWith(value, StringComparison.Ordinal),
            "==^" => candidate => candidate.EndsWith(value, StringComparison.Ordinal),
            _ => candidate => candidate.Contains(value, StringComparison.Ordinal),
        });
    }

    private static Predicate<string> Search(string pattern, string text)
    {
        try
        {
            // Without backtracking: the time is linear whatever pattern and claim are.
            return new Regex(pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant).IsMatch;
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            throw new FormatException($"the regular expression in the path \"{text}\" is not understood", e);
        }
    }

    [GeneratedRegex("""\.(?<name>\w+)|\['(?<name>[^']*)'\]""")]
    private static partial Regex MemberName();

    private abstract record Step
    {
        public abstract IEnumerable<JsonElement> Select(JsonElement from);

        /// <summary>What an array or an object holds.</summary>
        protected static IEnumerable<JsonElement> ChildrenOf(JsonElement parent) => parent.ValueKind switch
        {
            JsonValueKind.Array => parent.EnumerateArray(),
            JsonValueKind.Object => parent.EnumerateObject().Select(member => member.Value),
            _ => [],
        };
    }

    private sealed record Member(string Name) : Step
    {
        public override IEnumerable<JsonElement> Select(JsonElement from) =>
            from.ValueKind == JsonValueKind.Object && from.TryGetProperty(Name, out var value) ? [value] : [];
    }

    private sealed record Element(int Index) : Step
    {
        public override IEnumerable<JsonElement> Select(JsonElement from)
        {
            if (from.ValueKind != JsonValueKind.Array) return [];
            var length = from.GetArrayLength();
            var index = Index < 0 ? length + Index : Index;
            return index >= 0 && index < length ? [from[index]] : [];
        }
    }

    private sealed record Children : Step
    {
        public override IEnumerable<JsonElement> Select(JsonElement from) => ChildrenOf(from);
    }

    /// <param name="Members">From the child to the text that is compared; none: the child is it.</param>
    private sealed record Filter(ImmutableArray<string> Members, Predicate<string> Holds) : Step
    {
        public override IEnumerable<JsonElement> Select(JsonElement from) => ChildrenOf(from).Where(child =>
        {
            var compared = child;
            foreach (var member in Members)
            {
                if (compared.ValueKind != JsonValueKind.Object || !compared.TryGetProperty(member, out var next)) return false;
                compared = next;
            }
            return compared.ValueKind == JsonValueKind.String && Holds(compared.GetString()!);
        });
    }
}
