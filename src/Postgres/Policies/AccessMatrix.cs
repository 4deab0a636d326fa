using System.Text.RegularExpressions;

namespace Hedgerow.Postgres.Policies;

/// <summary>How far one letter of a cell reaches.</summary>
public enum Reach { None, Own, Others }

/// <summary>One cell of <c>ACCESS.md</c>: what a persona may do with a table's rows.</summary>
public sealed record AccessCell(Reach Select, Reach Insert, Reach Update, Reach Delete)
{
    public const string Letters = "SIUD";

    public Reach this[char letter] => letter switch { 'S' => Select, 'I' => Insert, 'U' => Update, _ => Delete };

    /// <summary>As the file writes it: <c>SIu</c>, or <c>-</c> for nothing.</summary>
    public override string ToString()
    {
        var cell = this;
        var text = string.Concat(Letters.Select(letter => cell[letter] switch
        {
            Reach.Others => letter.ToString(),
            Reach.Own => char.ToLowerInvariant(letter).ToString(),
            _ => "",
        }));
        return text.Length == 0 ? "-" : text;
    }

    /// <summary>Reads <c>SIUD</c> in any order and case, or <c>-</c>; null where it is neither.</summary>
    public static AccessCell? Parse(string text)
    {
        if (text is "-" or "–" or "—") return new(Reach.None, Reach.None, Reach.None, Reach.None);
        var upper = text.ToUpperInvariant();
        if (text.Length == 0 || upper.Any(letter => !Letters.Contains(letter, StringComparison.Ordinal)) || upper.Distinct().Count() != text.Length) return null;
        Reach Of(char letter) => text.Contains(letter, StringComparison.Ordinal) ? Reach.Others : upper.Contains(letter, StringComparison.Ordinal) ? Reach.Own : Reach.None;
        return new(Of('S'), Of('I'), Of('U'), Of('D'));
    }
}

/// <summary>A row of <c>ACCESS.md</c>.</summary>
/// <param name="Line">In the file, from 1.</param>
public sealed record AccessRow(string Table, int Line, IReadOnlyList<KeyValuePair<string, AccessCell>> Cells);

/// <summary>
/// The access matrix of a schema, as <c>ACCESS.md</c> holds it: every Markdown table whose first heading is <c>table</c>. Headings are the
/// personas, until one that names a column of remarks; text around the tables, back-ticks and footnote marks are for the reader alone.
/// </summary>
public sealed partial record AccessMatrix(IReadOnlyList<AccessRow> Rows)
{
    private static readonly HashSet<string> Remarks =
        new(["remark", "remarks", "note", "notes", "comment", "comments", "why"], StringComparer.OrdinalIgnoreCase);

    /// <exception cref="FormatException">A cell, a row or the file says nothing that can be played; the message begins with the line.</exception>
    public static AccessMatrix Parse(string markdown)
    {
        var rows = new List<AccessRow>();
        List<string>? personas = null;
        var lines = markdown.Split('\n');
        for (var at = 0; at < lines.Length; at++)
        {
            if (!lines[at].TrimStart().StartsWith('|'))
            {
                personas = null;
                continue;
            }
            var cells = Cells(lines[at]);
            if (cells.All(cell => Rule().IsMatch(cell))) continue;
            if (personas is not null) rows.Add(Row(cells, personas, at + 1, rows));
            else if (cells[0].Equals("table", StringComparison.OrdinalIgnoreCase)) personas = Personas(cells, at + 1);
        }
        return rows.Count > 0 ? new(rows) : throw new FormatException("1: there is no table whose first heading is \"table\"");
    }

    private static List<string> Personas(List<string> headings, int line)
    {
        var personas = headings.Skip(1).TakeWhile(heading => !Remarks.Contains(heading)).ToList();
        if (personas.Count == 0 || personas.Any(string.IsNullOrEmpty) || personas.Distinct().Count() != personas.Count)
            throw new FormatException($"{line}: every heading after \"table\" names one persona, each once");
        return personas;
    }

    private static AccessRow Row(List<string> cells, List<string> personas, int line, List<AccessRow> before)
    {
        if (before.FirstOrDefault(row => row.Table == cells[0]) is { } twice)
            throw new FormatException($"{line}: {cells[0]} has a row in line {twice.Line} already");
        if (cells.Count < personas.Count + 1)
            throw new FormatException($"{line}: {cells[0]} has {cells.Count - 1} cells for {personas.Count} personas");
        return new(cells[0], line,
        [
            .. personas.Select((persona, at) => KeyValuePair.Create(
                persona,
                AccessCell.Parse(cells[at + 1]) ?? throw new FormatException(
                    $"{line}: {cells[0]}, {persona}: \"{cells[at + 1]}\" is not made of the letters SIUD (upper case: others' rows, lower case: own), nor -"))),
        ]);
    }

    private static List<string> Cells(string line)
    {
        var inner = line.Trim().TrimStart('|');
        if (inner.EndsWith('|')) inner = inner[..^1];
        return [.. inner.Split('|').Select(cell => Decoration().Replace(cell, "").Trim())];
    }

    [GeneratedRegex("^:?-{2,}:?$")]
    private static partial Regex Rule();

    // Footnote marks, back-ticks, stars and superscript digits.
    [GeneratedRegex(@"\[\^[^\]]*\]|[`*¹²³⁴-⁹]")]
    private static partial Regex Decoration();
}
