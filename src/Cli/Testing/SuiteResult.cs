namespace Hedgerow.Cli.Testing;

/// <summary>What a suite came to.</summary>
/// <param name="Complaints">A text for each failed test: its name, then what it said.</param>
/// <param name="Died">Why the suite did not reach its end; null when it did.</param>
internal sealed record SuiteResult(int Passed, int Failed, int Skipped, IReadOnlyList<string> Complaints, string? Died = null)
{
    /// <summary>Nothing ran.</summary>
    public static SuiteResult Nothing { get; } = new(0, 0, 0, []);

    /// <summary>A suite that did not reach its end counts as one more failure, so that no sum of the counts can look good.</summary>
    public int FailedInAll => Failed + (Died is null ? 0 : 1);

    /// <summary><c>N passed, N failed, N skipped</c></summary>
    public string Counts => $"{Passed} passed, {FailedInAll} failed, {Skipped} skipped";

    /// <summary>The sum over several suites.</summary>
    public static SuiteResult Sum(IEnumerable<SuiteResult> results) =>
        results.Aggregate(Nothing, (sum, one) => new(sum.Passed + one.Passed, sum.Failed + one.FailedInAll, sum.Skipped + one.Skipped, []));
}
