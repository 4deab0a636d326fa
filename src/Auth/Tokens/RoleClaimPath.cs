using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Hedgerow.Auth.Tokens;

/// <summary>
/// The place of the role in a token's claims: the part of JSON Path (RFC 9535) that PostgREST documents under JWT Role
/// Extraction (names, indexes, filters by equality and <c>search()</c>), and its older notation
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
        var current = claims;
        foreach (var step in _steps)
        {
            if (step.Select(current) is not { } next) return null;
            current = next;
        }
        return current.ValueKind switch
        {
            JsonValueKind.String => current.GetString(),
            JsonValueKind.Null => null,
            _ => current.GetRawText(),
        };
    }

    [GeneratedRegex("""
        ^(?:
            \.(?<name>[^.\[\]"']+) | \."(?<name>[^"]*)" | \['(?<name>[^']*)'\] | \["(?<name>[^"]*)"\]
          | \[(?<index>-?\d+)\]
          | \[\?\(?\s*@\s*(?<operator>==|!=|\^==|==\^|\*==)\s*(?:'(?<value>[^']*)'|"(?<value>[^"]*)")\s*\)?\]
          | \[\?\(?\s*search\(\s*@\s*,\s*(?:'(?<pattern>[^']*)'|"(?<pattern>[^"]*)")\s*\)\s*\)?\]
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
        if (match.Groups["pattern"].Success) return new Filter(Search(match.Groups["pattern"].Value, text));
        var value = match.Groups["value"].Value;
        return new Filter(match.Groups["operator"].Value switch
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

    private abstract record Step
    {
        public abstract JsonElement? Select(JsonElement from);
    }

    private sealed record Member(string Name) : Step
    {
        public override JsonElement? Select(JsonElement from) =>
            from.ValueKind == JsonValueKind.Object && from.TryGetProperty(Name, out var value) ? value : null;
    }

    private sealed record Element(int Index) : Step
    {
        public override JsonElement? Select(JsonElement from)
        {
            if (from.ValueKind != JsonValueKind.Array) return null;
            var length = from.GetArrayLength();
            var index = Index < 0 ? length + Index : Index;
            return index >= 0 && index < length ? from[index] : null;
        }
    }

    private sealed record Filter(Predicate<string> Holds) : Step
    {
        public override JsonElement? Select(JsonElement from)
        {
            if (from.ValueKind != JsonValueKind.Array) return null;
            foreach (var element in from.EnumerateArray())
            {
                if (element.ValueKind == JsonValueKind.String && Holds(element.GetString()!)) return element;
            }
            return null;
        }
    }
}
