using Hedgerow.Postgres.Policies;

namespace Hedgerow.Tests.Unit.Postgres;

public sealed class AccessMatrixParserTests
{
    [Fact]
    public void Prose_footnotes_and_remarks_are_for_the_reader_alone()
    {
        var matrix = AccessMatrix.Parse(
            """
            # Access

            | letter | means |
            |--------|-------|
            | S      | select |

            | table      | anon | member   | remarks  |
            |:-----------|:----:|---------:|----------|
            | `projects` | -    | SIu[^1]  | anything |
            | *files*    | —    | `S` ²    | SIUD     |

            [^1]: a note
            ## More
            | Table | anon |
            | ----- | ---- |
            | logs  | dS   |
            """);
        Assert.Equal(["projects: anon -, member SIu", "files: anon -, member S", "logs: anon Sd"], matrix.Rows.Select(Say));
        Assert.Equal([9, 10, 16], matrix.Rows.Select(row => row.Line));
    }

    [Theory]
    [InlineData("nothing here", "1:")]
    [InlineData("| table | a |\n|--|--|\n| t | SX |", "3: t, a: \"SX\"")]
    [InlineData("| table | a |\n|--|--|\n| t | Ss |", "3: t, a: \"Ss\"")]
    [InlineData("| table | a |\n|--|--|\n| t | |", "3: t, a: \"\"")]
    [InlineData("| table | a | b |\n|--|--|--|\n| t | S |", "3: t has 1 cells for 2 personas")]
    [InlineData("| table | a |\n|--|--|\n| t | S |\n| t | S |", "4: t has a row in line 3 already")]
    [InlineData("| table | a | a |\n|--|--|--|\n| t | S | S |", "1: every heading")]
    [InlineData("| table | notes |\n|--|--|\n| t | S |", "1: every heading")]
    public void What_cannot_be_played_is_named_with_its_line(string markdown, string message)
    {
        var error = Assert.Throws<FormatException>(() => AccessMatrix.Parse(markdown));
        Assert.StartsWith(message, error.Message, StringComparison.Ordinal);
    }

    private static string Say(AccessRow row) => $"{row.Table}: {string.Join(", ", row.Cells.Select(cell => $"{cell.Key} {cell.Value}"))}";
}
