using System.Text;
using Hedgerow.Postgres;

namespace Hedgerow.Realtime.Delivery;

/// <summary>
/// Reads <c>column=operator.value,column=operator.value…</c>, all of which must hold (Supabase, Postgres Changes, "Filtering for specific changes").
/// A value with commas or parentheses stands in double quotes, in which a backslash takes the next character as it is.
/// </summary>
public static class FilterParser
{
    private const int MostConditions = 20, MostValues = 100;

    private static readonly Dictionary<string, FilterOperator> s_operators = new(StringComparer.Ordinal)
    {
        ["eq"] = FilterOperator.Eq, ["neq"] = FilterOperator.Neq, ["lt"] = FilterOperator.Lt, ["lte"] = FilterOperator.Lte,
        ["gt"] = FilterOperator.Gt, ["gte"] = FilterOperator.Gte, ["in"] = FilterOperator.In, ["is"] = FilterOperator.Is,
        ["like"] = FilterOperator.Like, ["ilike"] = FilterOperator.ILike, ["match"] = FilterOperator.Match, ["imatch"] = FilterOperator.IMatch,
        ["isdistinct"] = FilterOperator.IsDistinct,
    };

    /// <summary>No conditions where the text is blank.</summary>
    public static Result<List<FilterCondition>> Parse(string? filter)
    {
        var conditions = new List<FilterCondition>();
        if (string.IsNullOrWhiteSpace(filter)) return conditions;
        foreach (var segment in Split(filter.Trim()))
        {
            if (!Condition(segment.Trim()).Ok(out var condition, out var error)) return error;
            conditions.Add(condition);
        }
        return conditions.Count > MostConditions ? Flaw($"a filter has at most {MostConditions} conditions") : conditions;
    }

    private static Result<FilterCondition> Condition(string segment)
    {
        if (segment.Length == 0) return Flaw("filter must not contain empty segments (check for extra commas)");
        var equals = segment.IndexOf('=', StringComparison.Ordinal);
        if (equals < 1) return Flaw($"\"{segment}\" is not of the form column=operator.value");
        var (column, rest) = (segment[..equals], segment[(equals + 1)..]);
        var negated = rest.StartsWith("not.", StringComparison.Ordinal);
        if (negated) rest = rest[4..];
        var dot = rest.IndexOf('.', StringComparison.Ordinal);
        if (dot < 0 || !s_operators.TryGetValue(rest[..dot], out var comparison))
            return Flaw($"\"{(dot < 0 ? rest : rest[..dot])}\" is no operator; there are {string.Join(", ", s_operators.Keys)}");
        var value = rest[(dot + 1)..];
        switch (comparison)
        {
            case FilterOperator.In:
                if (value is not ['(', .., ')']) return Flaw("`in` filter value must be wrapped by parentheses");
                var values = Split(value[1..^1]).Select(Unquote).ToList();
                return values.Count > MostValues ? Flaw($"an `in` list has at most {MostValues} values") : new FilterCondition(column, comparison, negated, values);
            case FilterOperator.Is when value.ToLowerInvariant() is not ("null" or "true" or "false" or "unknown"):
                return Flaw($"`is` takes null, true, false or unknown, not \"{value}\"");
            default:
                return new FilterCondition(column, comparison, negated, [comparison == FilterOperator.Is ? value.ToLowerInvariant() : Unquote(value)]);
        }
    }

    /// <summary>At commas outside of quotes and parentheses. A quote opens a quoted value only where a value begins.</summary>
    private static List<string> Split(string text)
    {
        var parts = new List<string>();
        var part = new StringBuilder();
        var (depth, quoted) = (0, false);
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (quoted)
            {
                if (c == '\\' && i + 1 < text.Length) part.Append(c).Append(text[++i]);
                else
                {
                    quoted = c != '"';
                    part.Append(c);
                }
            }
            else if (c == ',' && depth == 0)
            {
                parts.Add(part.ToString());
                part.Clear();
            }
            else
            {
                quoted = c == '"' && (part.Length == 0 || part[^1] is '.' or '(' or ',');
                depth = Math.Max(0, depth + (c == '(' ? 1 : c == ')' ? -1 : 0));
                part.Append(c);
            }
        }
        parts.Add(part.ToString());
        return parts;
    }

    private static string Unquote(string value)
    {
        if (value is not ['"', .., '"'] || value.Length < 2) return value;
        var text = new StringBuilder(value.Length);
        for (var i = 1; i < value.Length - 1; i++)
        {
            if (value[i] == '\\' && i + 1 < value.Length - 1) i++;
            text.Append(value[i]);
        }
        return text.ToString();
    }

    private static ApiError Flaw(string problem) => new(400, "invalid_filter", $"Error parsing `filter` params: {problem}",
        Hint: "Write column=operator.value, several joined by commas: status=eq.open,priority=gt.2");
}
