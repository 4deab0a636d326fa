using System.Text.RegularExpressions;

namespace Hedgerow.Postgres.Migrations;

/// <summary>What a script would do to people who work while it runs.</summary>
/// <param name="Script">Its name in the journal.</param>
/// <param name="Line">Where the statement begins, from 1.</param>
/// <param name="Problem">What it does, and to which table.</param>
/// <param name="Mend">How it is done without.</param>
public sealed record MigrationFinding(string Script, int Line, string Problem, string Mend);

/// <summary>
/// Holds scripts against the rules of sql/README.md, "Without downtime": no required column without a default on a table that is there already, no index
/// that is built while the writers of a large table wait. What a script does inside of <c>do</c> blocks and functions is not looked at.
/// </summary>
public static partial class MigrationLint
{
    /// <summary>From here on a table counts as large.</summary>
    public const long Large = 100_000;

    /// <param name="scripts">Those still to be applied, in order.</param>
    /// <param name="rowsOf">About how many rows a table (<c>schema.name</c>, lower case) has now; 0 where there is none.</param>
    /// <exception cref="FormatException">A quote or comment of a script is never closed.</exception>
    public static IReadOnlyList<MigrationFinding> Check(IEnumerable<Script> scripts, Func<string, long> rowsOf) =>
        [.. scripts.SelectMany(script => Check(script, rowsOf))];

    private static IEnumerable<MigrationFinding> Check(Script script, Func<string, long> rowsOf)
    {
        var made = new HashSet<string>(StringComparer.Ordinal); // by this script, so nobody waits for them yet
        foreach (var statement in StatementSplitter.Split(script.Text))
        {
            var text = Comment().Replace(statement.Text, " ");
            var line = ScriptFailure.LineOf(script.Text, statement.Offset);
            if (CreateTable().Match(text) is { Success: true } creation)
            {
                made.Add(Table(creation));
            }
            else if (CreateIndex().Match(text) is { Success: true } index)
            {
                if (!made.Contains(Table(index)) && rowsOf(Table(index)) >= Large) yield return SlowIndex(script, line, Table(index));
            }
            else if (AlterTable().Match(text) is { Success: true } change && !made.Contains(Table(change)))
            {
                foreach (var action in Actions(change.Groups["actions"].Value))
                {
                    if (AddColumn().Match(action) is { Success: true } column && Required().IsMatch(action) && !Filled().IsMatch(action))
                        yield return new(
                            script.Name, line, $"adds {Table(change)}.{column.Groups["column"].Value}, not null and without a default: it fails where there are rows",
                            "Add it nullable, fill it in batches, and set it not null in a later script.");
                    if (AddKey().IsMatch(action) && rowsOf(Table(change)) >= Large) yield return SlowIndex(script, line, Table(change));
                }
            }
        }
    }

    private static MigrationFinding SlowIndex(Script script, int line, string table) => new(
        script.Name, line, $"builds an index of {table}, which is large: whoever writes to it waits until it is done",
        "Build it by hand with create index concurrently, then this script with if not exists (a key: add constraint … using index).");

    private static string Table(Match match)
    {
        var name = match.Groups["table"].Value.Replace("\"", "", StringComparison.Ordinal).ToLowerInvariant();
        return name.Contains('.', StringComparison.Ordinal) ? name : $"public.{name}";
    }

    /// <summary>The actions of an ALTER TABLE: what commas outside of parentheses separate.</summary>
    private static IEnumerable<string> Actions(string actions)
    {
        var (begin, depth) = (0, 0);
        for (var at = 0; at < actions.Length; at++)
        {
            if (actions[at] == '(') depth++;
            else if (actions[at] == ')') depth--;
            else if (actions[at] == ',' && depth == 0)
            {
                yield return actions[begin..at];
                begin = at + 1;
            }
        }
        yield return actions[begin..];
    }

    private const RegexOptions Options = RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.Singleline;

    [GeneratedRegex(@"--[^\n]*|/\*.*?\*/", Options)]
    private static partial Regex Comment();

    [GeneratedRegex("""^create\s+(?:(?:temporary|temp|unlogged)\s+)?table\s+(?:if\s+not\s+exists\s+)?(?<table>[\w."]+)""", Options)]
    private static partial Regex CreateTable();

    [GeneratedRegex("""^create\s+(?:unique\s+)?index\s+(?!concurrently\b|if\s+not\s+exists\b)(?:[\w"]+\s+)?on\s+(?:only\s+)?(?<table>[\w."]+)""", Options)]
    private static partial Regex CreateIndex();

    [GeneratedRegex("""^alter\s+table\s+(?:if\s+exists\s+)?(?:only\s+)?(?<table>[\w."]+)\s*\*?\s+(?<actions>.*)$""", Options)]
    private static partial Regex AlterTable();

    [GeneratedRegex("""^\s*add\s+(?:column\s+)?(?:if\s+not\s+exists\s+)?(?!(?:constraint|primary|unique|foreign|check|exclude|not)\b)(?<column>[\w"]+)\s""", Options)]
    private static partial Regex AddColumn();

    [GeneratedRegex(@"\bnot\s+null\b|\bprimary\s+key\b", Options)]
    private static partial Regex Required();

    [GeneratedRegex(@"\bdefault\b|\bgenerated\b|\b(?:small|big)?serial\b", Options)]
    private static partial Regex Filled();

    [GeneratedRegex("""^\s*add\s+(?:constraint\s+[\w"]+\s+)?(?:unique|primary\s+key)\b(?!.*\busing\s+index\b)""", Options)]
    private static partial Regex AddKey();
}
