using System.Text;

namespace Hedgerow.Postgres;

/// <summary>
/// The one place that turns text into SQL. Everything else sends values as parameters and names through here.
/// Source: PostgreSQL documentation, 4.1.1 Identifiers and Key Words, 4.1.2.1 String Constants.
/// </summary>
public static class Sql
{
    /// <summary><c>"name"</c>, with embedded quotes doubled. A NUL byte, which PostgreSQL cannot hold, ends the name.</summary>
    public static string Identifier(string name) =>
        string.Concat("\"", BeforeNul(name).Replace("\"", "\"\"", StringComparison.Ordinal), "\"");

    /// <summary><c>"schema"."name"</c>; only <c>"name"</c> where the schema is empty.</summary>
    public static string Identifier(QualifiedName name) =>
        name.Schema.Length == 0 ? Identifier(name.Name) : $"{Identifier(name.Schema)}.{Identifier(name.Name)}";

    /// <summary><c>'text'</c>, safe whatever <c>standard_conforming_strings</c> says. For utility statements, which take no parameters.</summary>
    public static string Literal(string text)
    {
        var quoted = BeforeNul(text).Replace("'", "''", StringComparison.Ordinal);
        return quoted.Contains('\\', StringComparison.Ordinal)
            ? $"E'{quoted.Replace("\\", "\\\\", StringComparison.Ordinal)}'"
            : $"'{quoted}'";
    }

    /// <summary>What stands before the first NUL, which PostgreSQL cannot hold.</summary>
    public static string BeforeNul(string text)
    {
        var end = text.IndexOf('\0', StringComparison.Ordinal);
        return end < 0 ? text : text[..end];
    }

    /// <summary>A one-line comment that cannot be left: used to keep the prepared statements of different roles apart.</summary>
    public static string Comment(string text)
    {
        var safe = new StringBuilder(text.Length + 6).Append("/* ");
        foreach (var c in text)
            safe.Append(char.IsAsciiLetterOrDigit(c) || c is '_' or '-' ? c : '.');
        return safe.Append(" */ ").ToString();
    }
}
