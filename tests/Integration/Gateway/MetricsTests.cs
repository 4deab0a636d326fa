using System.Text.RegularExpressions;
using Hedgerow.Tests.Integration.Support;

namespace Hedgerow.Tests.Integration.Gateway;

public sealed partial class MetricsTests(SharedPlatform shared) : IClassFixture<SharedPlatform>
{
    [Fact]
    public async Task Requests_pools_tokens_and_the_process_are_measured_in_prometheus_format()
    {
        await shared.Platform.Anonymous.SendAsync("GET", "/auth/v1/user");
        await shared.Platform.Anonymous.SendAsync("GET", "/rest/v1/projects?limit=1");

        var text = await shared.Platform.Anonymous.GetStringAsync("/metrics");

        Assert.Contains("""http_server_request_duration_seconds_bucket{http_request_method="GET",http_route="/auth/v1/user",http_response_status_code="403",le="+Inf"}""", text, StringComparison.Ordinal);
        Assert.Contains("# TYPE http_server_request_duration_seconds histogram", text, StringComparison.Ordinal);
        Assert.Contains("pgrst_jwt_cache_requests_total", text, StringComparison.Ordinal);
        Assert.Contains("db_client_connection", text, StringComparison.Ordinal);
        Assert.Contains("process_resident_memory_bytes", text, StringComparison.Ordinal);
        Assert.DoesNotContain("assword", text, StringComparison.Ordinal);
        Assert.All(text.Split('\n', StringSplitOptions.RemoveEmptyEntries), line => Assert.Matches(Line(), line));
    }

    [Fact]
    public async Task A_histogram_counts_every_request_once()
    {
        for (var i = 0; i < 3; i++) await shared.Platform.Anonymous.SendAsync("DELETE", "/nowhere/at/all");

        var text = await shared.Platform.Anonymous.GetStringAsync("/metrics");

        var counts = CountOfDeletes().Matches(text);
        Assert.NotEmpty(counts);
        Assert.True(counts.Sum(match => int.Parse(match.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture)) >= 3);
    }

    [GeneratedRegex("""^(# (HELP|TYPE) [a-zA-Z_:][a-zA-Z0-9_:]* .*|[a-zA-Z_:][a-zA-Z0-9_:]*(\{([a-zA-Z_][a-zA-Z0-9_]*="([^"\\]|\\.)*",?)*\})? [-+0-9.eE]+|[a-zA-Z_:][a-zA-Z0-9_:]* (NaN|\+Inf))$""")]
    private static partial Regex Line();

    [GeneratedRegex("""http_server_request_duration_seconds_count\{http_request_method="DELETE".*\} (\d+)""")]
    private static partial Regex CountOfDeletes();
}
