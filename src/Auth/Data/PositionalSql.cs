using System.Globalization;
using System.Text.RegularExpressions;

namespace Hedgerow.Auth.Data;

/// <summary>
/// Statements with parameters by place. By name the driver reads the whole text at each execution to find them; for what is asked most often that is
/// a good part of its cost.
/// </summary>
public static partial class PositionalSql
{
    /// <summary><paramref name="sql"/> with <c>$1</c>, <c>$2</c> … for the parameters of these names.</summary>
    public static string Of(string sql, params string[] names) => Parameter().Replace(sql, match =>
    {
        var place = Array.IndexOf(names, match.Groups["name"].Value);
        return place >= 0 ? $"${(place + 1).ToString(CultureInfo.InvariantCulture)}" : throw new ArgumentException($"{match.Value} has no place.", nameof(names));
    });

    [GeneratedRegex("@(?<name>[a-zA-Z]+)")]
    private static partial Regex Parameter();
}
