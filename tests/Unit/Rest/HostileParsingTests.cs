using System.Diagnostics;
using Hedgerow.Rest;
using Hedgerow.Rest.Request;
using Hedgerow.Tests.Support;
using Microsoft.AspNetCore.Http;

namespace Hedgerow.Tests.Unit.Rest;

/// <summary>The parser meets 20,000 requests that mean it harm.</summary>
public sealed class HostileParsingTests
{
    private static readonly string[] Names = ["projects", "clients", "tasks", "id", "name", "data"];

    [Fact]
    public void Nothing_a_client_sends_makes_the_parser_throw_and_every_refusal_says_why()
    {
        var requests = new HostileRequests(seed: 3, Names, Names, Names);
        var refused = 0;
        for (var i = 0; i < 20_000; i++)
        {
            var request = requests.Next();
            if (Parse(request).Error is not { } error) continue;
            refused++;
            Assert.InRange(error.Status, 400, 499);
            Assert.StartsWith("PGRST1", error.Code);
            Assert.NotEmpty(error.Message);
        }
        // Neither all broken nor all whole: else the generator would test nothing.
        Assert.InRange(refused, 2_000, 18_000);
    }

    [Theory]
    [InlineData("select=", "a,")]
    [InlineData("select=", "a->")]
    [InlineData("select=", "\"")]
    [InlineData("order=", "a.desc,")]
    [InlineData("a=in.(", "\"x,")]
    [InlineData("or=(", "a.eq.1,")]
    [InlineData("or=(", "a.not.")]
    [InlineData("", "a.")]
    [InlineData("", "a=eq.1&")]
    public void A_long_query_costs_no_more_than_its_length(string head, string repeated)
    {
        // Quadratic, the longer of the two would cost 64 times the shorter.
        var (shorter, longer) = (Cost(1_000), Cost(8_000));
        Assert.True(longer < 40 * shorter + TimeSpan.FromMilliseconds(500), $"{longer} against {shorter}");

        TimeSpan Cost(int times)
        {
            var text = head + string.Concat(Enumerable.Repeat(repeated, times));
            // The best of several: a busy machine may do something else for a second.
            return Enumerable.Range(0, 5).Min(_ =>
            {
                var begun = Stopwatch.GetTimestamp();
                Parse(new("GET", "/items?" + text, [], null));
                return Stopwatch.GetElapsedTime(begun);
            });
        }
    }

    private static Hedgerow.Postgres.Result<ApiRequest> Parse(HostileRequest request)
    {
        var question = request.Target.IndexOf('?', StringComparison.Ordinal);
        var headers = new HeaderDictionary();
        foreach (var (name, value) in request.Headers) headers.Append(name, value);
        return new ApiRequestParser(Parsing.Options).Parse(
            new RequestInput
            {
                Method = request.Method,
                RawPath = question < 0 ? request.Target : request.Target[..question],
                RawQuery = question < 0 ? "" : request.Target[question..],
                Headers = headers,
                Body = System.Text.Encoding.UTF8.GetBytes(request.Body ?? ""),
            },
            new("anon", "{}"));
    }
}
