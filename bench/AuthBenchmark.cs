using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Hedgerow.Auth.Tokens;

namespace Hedgerow.Bench;

/// <summary>
/// Auth, each figure against what stands beside it in the same run: refreshes against inserts over REST by the same kind of client; sign-ins against
/// bcrypt alone; refusals of people who are there against those who are not; and what a token costs that was verified before.
/// Options: <c>--db URL</c> (a superuser, on a PostgreSQL that nobody else uses), <c>--seconds N</c> a measurement (default 6).
/// </summary>
internal static class AuthBenchmark
{
    private const int Connections = 32;
    private const double RefreshTarget = 0.5; // of the inserts
    private const double BeyondBcryptTarget = 5; // ms
    private const double DifferenceTarget = 5; // %
    private const double VerifyTarget = 5; // µs

    public static async Task<bool> RunAsync(string[] options, CancellationToken cancellation)
    {
        var at = Array.IndexOf(options, "--seconds");
        var duration = TimeSpan.FromSeconds(at >= 0 ? int.Parse(options[at + 1], CultureInfo.InvariantCulture) : 6);
        await using var server = await AuthServer.StartAsync(BenchUrl.Of(options), cancellation);
        using var http = new HttpClient { BaseAddress = new Uri($"http://{server.Address}") };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", server.AnonKey);
        http.DefaultRequestHeaders.Add("apikey", server.AnonKey);

        Console.WriteLine($"{"",-42} {"measured",12} {"target",10}");
        return await ThroughputAsync(server, http, duration, cancellation)
            & await TimesAsync(new SignInTimes(http, server.Admin), cancellation)
            & Verification();
    }

    private static async Task<bool> ThroughputAsync(AuthServer server, HttpClient http, TimeSpan duration, CancellationToken cancellation)
    {
        var sessions = await Task.WhenAll(Enumerable.Range(0, Connections).Select(_ => SessionAsync(http, cancellation)));
        byte[][] insert = [Insert(sessions[0].AccessToken)];
        var refreshes = new RefreshLoad(server.Address, server.AnonKey, [.. sessions.Select(session => session.RefreshToken)]);

        // In turns, twice, the first for the compiler's last tier (RestBenchmark says how long that takes).
        var (inserts, refreshed) = (default(Cost)!, default(Cost)!);
        foreach (var time in new[] { TimeSpan.FromSeconds(14), duration })
        {
            inserts = await Cost.OfAsync(server, () => LoadGenerator.RunAsync(server.Address, insert, Connections, time, cancellation));
            refreshed = await Cost.OfAsync(server, () => refreshes.RunAsync(time, cancellation));
        }
        inserts.Print("REST insert");
        refreshed.Print("refresh");
        var inserted = inserts.Load;
        if (inserted.Failures > 0) Console.WriteLine($"{inserted.Failures} inserts FAILED");
        return Line("refreshes per insert", refreshed.Load.PerSecond / inserted.PerSecond, RefreshTarget, "", atLeast: true) & inserted.Failures == 0;
    }

    private static async Task<bool> TimesAsync(SignInTimes times, CancellationToken cancellation)
    {
        // The compiler's last tier comes after two times thirty calls.
        await times.BeyondBcryptAsync(100, cancellation);
        var (signIn, bcrypt) = await times.BeyondBcryptAsync(60, cancellation);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{"sign-in, median",-42} {signIn,8:0.0} ms   (bcrypt alone {bcrypt:0.0} ms)"));
        var hold = Line("sign-in beyond bcrypt", signIn - bcrypt, BeyondBcryptTarget, "ms");
        await times.KnownAndUnknownAsync(2, cancellation);
        var (known, unknown) = await times.KnownAndUnknownAsync(20, cancellation);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{"32 refusals at a time, mean",-42} {known,8:0.0} ms   (of unknown people {unknown:0.0} ms)"));
        return hold & Line("known and unknown differ by", 100 * Math.Abs(known - unknown) / unknown, DifferenceTarget, "%");
    }

    private static bool Verification()
    {
        const int Times = 2_000_000;
        var options = new JwtOptions { Secret = BenchDatabase.Secret };
        var keys = JwtKeySet.From(options);
        var verifier = new JwtVerifier(keys, options, "anon", TimeProvider.System);
        var signer = new JwtSigner(keys);
        // A thousand people, so that no cache line is the only one.
        var tokens = Enumerable.Range(0, 1000).Select(i => signer.Sign(Encoding.UTF8.GetBytes($$"""{"role":"authenticated","sub":"{{Guid.NewGuid()}}","exp":4102444800}"""))).ToArray();
        for (var i = 0; i < Times / 4; i++) verifier.Verify(tokens[i % tokens.Length]);
        var started = Stopwatch.GetTimestamp();
        for (var i = 0; i < Times; i++) verifier.Verify(tokens[i % tokens.Length]);
        return Line("verifying a token that is cached", Stopwatch.GetElapsedTime(started).TotalMicroseconds / Times, VerifyTarget, "µs");
    }

    private static async Task<(string AccessToken, string RefreshToken)> SessionAsync(HttpClient http, CancellationToken cancellation)
    {
        using var answer = await http.PostAsync(new Uri("/auth/v1/signup", UriKind.Relative), new StringContent(
            $$"""{"email":"{{Guid.NewGuid():N}}@example.test","password":"correct horse battery"}""", Encoding.UTF8, "application/json"), cancellation);
        using var session = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(cancellation));
        return (session.RootElement.GetProperty("access_token").GetString()!, session.RootElement.GetProperty("refresh_token").GetString()!);
    }

    private static byte[] Insert(string token)
    {
        const string Body = """{"item_id":17,"note":"benchmark"}""";
        return Encoding.ASCII.GetBytes(
            $"POST /rest/v1/log HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\nAccept: application/json\r\nContent-Profile: bench\r\n"
            + $"Content-Type: application/json\r\nPrefer: return=minimal\r\nContent-Length: {Body.Length}\r\n\r\n{Body}");
    }

    private static bool Line(string what, double measured, double target, string unit, bool atLeast = false)
    {
        var holds = atLeast ? measured >= target : measured <= target;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{what,-42} {measured,9:0.00} {unit,-2} {(atLeast ? "≥" : "≤")} {target,6:0.0} {unit}{(holds ? "" : "  MISSED")}"));
        return holds;
    }

    /// <summary>A load, and what one request of it cost both processes in CPU time: that number bears a noisy machine.</summary>
    private sealed record Cost(LoadResult Load, double HedgerowMicroseconds, double PostgresMicroseconds)
    {
        public static async Task<Cost> OfAsync(AuthServer server, Func<Task<LoadResult>> run)
        {
            var before = server.CpuTimes();
            var load = await run();
            var after = server.CpuTimes();
            return new(load, (after.Hedgerow - before.Hedgerow).TotalMicroseconds / load.Requests, (after.Postgres - before.Postgres).TotalMicroseconds / load.Requests);
        }

        public void Print(string what) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{what,-42} {Load.PerSecond,8:0} /s   (p50 {Load.P50:0.0} ms, p99 {Load.P99:0.0} ms; CPU: Hedgerow {HedgerowMicroseconds:0} µs, PostgreSQL {PostgresMicroseconds:0} µs)"));
    }
}
