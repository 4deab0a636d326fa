using System.Buffers;
using System.Buffers.Text;

namespace Hedgerow.Rest.Schema.Catalogue;

/// <summary>
/// Reads a view's rewrite action, a node tree as PostgreSQL writes it (src/backend/nodes/outfuncs.c):
/// <c>({QUERY … :targetList ({TARGETENTRY … :resno 1 … :resorigtbl 16385 :resorigcol 2 …} …) …})</c>.
/// The parser has noted there which table column each output column shows, through subqueries, joins and CTEs; for
/// <c>UNION</c> it notes nothing. A backslash escapes the byte after it; braces and parentheses nest.
/// </summary>
internal static class ViewDefinition
{
    private static readonly SearchValues<byte> Marks = SearchValues.Create(":{}()\\"u8);

    /// <summary>Output columns that show a column of another relation unchanged.</summary>
    public static ViewTarget[] Targets(ReadOnlySpan<byte> tree)
    {
        var targets = new List<ViewTarget>();
        var inList = false;
        int depth = 0, number = 0, column = 0;
        uint relation = 0;
        for (var at = 0; ; at++)
        {
            var step = tree[at..].IndexOfAny(Marks);
            if (step < 0) return [.. targets];
            at += step;
            switch (tree[at])
            {
                case (byte)'\\':
                    at++;
                    if (at >= tree.Length) return [.. targets];
                    break;
                case (byte)'{' or (byte)'(':
                    depth++;
                    break;
                case (byte)'}' or (byte)')':
                    // Depths: 1 the list of queries, 2 the query, 3 its target list, 4 an entry.
                    if (inList && depth == 4)
                    {
                        if (relation != 0 && column > 0) targets.Add(new((short)number, relation, (short)column));
                        (number, relation, column) = (0, 0, 0);
                    }
                    if (inList && depth == 3) return [.. targets];
                    depth--;
                    break;
                case (byte)':' when depth == 2:
                    inList = tree[at..].StartsWith(":targetList "u8);
                    break;
                case (byte)':' when depth == 4 && inList:
                    var rest = tree[at..];
                    if (rest.StartsWith(":resno "u8)) number = (int)Number(rest[7..]);
                    else if (rest.StartsWith(":resorigtbl "u8)) relation = Number(rest[12..]);
                    else if (rest.StartsWith(":resorigcol "u8)) column = (int)Number(rest[12..]);
                    break;
                default:
                    break;
            }
        }
    }

    /// <summary>The digits that come first; 0 where they are no 32-bit number (a system column is negative).</summary>
    private static uint Number(ReadOnlySpan<byte> text) => Utf8Parser.TryParse(text, out uint value, out _) ? value : 0;
}
