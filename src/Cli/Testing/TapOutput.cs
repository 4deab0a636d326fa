using System.Globalization;
using System.Text;

namespace Hedgerow.Cli.Testing;

/// <summary>
/// Reads what <c>node --test --test-reporter=tap</c> prints. The sums stand at the end as <c># pass 3</c>; each test is a line
/// <c>ok 1 - name</c> or <c>not ok 1 - name</c>, a failed one followed by a YAML block. Source: testanything.org, version 13, and the Node.js documentation.
/// </summary>
internal static class TapOutput
{
    public static SuiteResult Read(string output, int exitCode, string lastWords)
    {
        var lines = output.Split('\n');
        if (Sum(lines, "pass") is not { } passed || Sum(lines, "fail") is not { } failed)
            return SuiteResult.Nothing with { Died = $"it printed no sums (exit code {exitCode}):\n{lastWords}" };
        var cancelled = Sum(lines, "cancelled") ?? 0;
        var skipped = (Sum(lines, "skipped") ?? 0) + (Sum(lines, "todo") ?? 0);
        return new SuiteResult(
            passed, failed + cancelled, skipped, [.. Complaints(lines)],
            exitCode != 0 && failed + cancelled == 0 ? $"it ended with exit code {exitCode}:\n{lastWords}" : null);
    }

    private static int? Sum(string[] lines, string name)
    {
        var line = lines.LastOrDefault(line => line.StartsWith($"# {name} ", StringComparison.Ordinal));
        return line is not null && int.TryParse(line.AsSpan(name.Length + 3), CultureInfo.InvariantCulture, out var count) ? count : null;
    }

    private static IEnumerable<string> Complaints(string[] lines)
    {
        for (var at = 0; at < lines.Length; at++)
        {
            var line = lines[at].TrimStart();
            if (!line.StartsWith("not ok ", StringComparison.Ordinal) || line.Contains("# TODO", StringComparison.OrdinalIgnoreCase)) continue;
            var complaint = new StringBuilder(line);
            while (at + 1 < lines.Length && !lines[at + 1].TrimStart().StartsWith("...", StringComparison.Ordinal) && complaint.Length < 4000)
                complaint.Append('\n').Append(lines[++at]);
            yield return complaint.ToString();
        }
    }
}
