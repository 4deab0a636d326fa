using System.Text;

namespace Hedgerow.Tests.Conformance;

/// <summary>Hedgerow answers as PostgREST's own specification says, but for the cases that <c>tests/conformance.md</c> names.</summary>
public sealed class ConformanceTests
{
    public static TheoryData<string> Specifications() =>
        CaseFile.IsPresent ? [.. CaseFile.Load().Select(c => c.Specification).Distinct().Order(StringComparer.Ordinal)] : ["none"];

    [ConformanceTheory]
    [MemberData(nameof(Specifications))]
    public async Task The_specification_holds(string specification)
    {
        var failures = new StringBuilder();
        var cases = CaseFile.Load().Where(c => c.Specification == specification);
        foreach (var group in cases.GroupBy(c => string.Join('\n', c.Config.Select(s => $"{s.Key}={s.Value}"))))
        {
            await using var gateway = await ConformanceGateway.StartAsync(CaseSettings.Of(group.First().Config));
            var server = new Uri(gateway.Urls.First());
            foreach (var each in group)
                foreach (var difference in await PlayAsync(server, each))
                    failures.Append(each.Id).Append("\n    ").Append(difference).Append('\n');
        }
        Assert.True(failures.Length == 0, failures.ToString());
    }

    private static async Task<List<string>> PlayAsync(Uri server, ConformanceCase each)
    {
        foreach (var (request, expected) in each.Steps)
        {
            var answer = await RawHttp.SendAsync(server, request);
            if (expected is null) continue;
            var differences = Comparison.Differences(request, expected, answer);
            if (differences.Count > 0) return differences.ConvertAll(d => $"{request.Method} {request.Path}: {d}");
        }
        return [];
    }
}
