using System.Globalization;

namespace Hedgerow.Bench;

/// <summary>
/// REST against the floor: <c>pgbench</c> sending the transaction of the design (begin, settings, the same statement, commit; prepared, one
/// pipeline) to the same PostgreSQL in the same run, at its best number of clients; and, beside it, exactly the leaner transaction that Hedgerow
/// makes of it. The load generator, Hedgerow and PostgreSQL share the machine.
/// </summary>
/// <remarks>
/// What the ratios are made of, on two cores (PostgreSQL 18.4, wrk): pgbench needs 80 to 86 µs of both cores for a point read, its own part included, and PostgreSQL makes the JSON in it. On the one
/// connection that reads share (<c>Db:SharedReadConnections</c>) the columns come as they are, which costs PostgreSQL 42 µs, the gateway that writes the JSON 36 and wrk 8: 0.93; for a list
/// of 20 it is 56 and 47 µs (0.91), for one of 1,000 857 and 544 (1.10; PostgreSQL needs 1,900 to make that JSON). Without shared reads a point read is at 0.4 to 0.55: the backends take turns with the gateway. More
/// than one shared backend would not help where <c>kernel.sched_autogroup_enabled</c> is 1, as by default outside of containers: every backend is a session with the same share of a core as the whole gateway.
/// Inserts share one connection too, where those in flight wait for the disk together (<c>Db:GroupCommits</c>): 0.95 to 1.07, 64 to 98 µs of PostgreSQL's and 47 to 72 of the gateway's time, in place of 0.62 with a commit
/// each on sixteen connections, 150 and 63 to 80 µs, and a seventh of the time idle.
/// Options: <c>--db URL</c> (a superuser; the benchmark makes a schema and roles of its own), <c>--seconds N</c> a measurement (default 2),
/// <c>--only</c> a scenario, by the beginning of its name.
/// </remarks>
internal static class RestBenchmark
{
    private const int Connections = 32;
    private const int Turns = 5;
    private static readonly TimeSpan s_warmUp = TimeSpan.FromSeconds(14);
    private static readonly int[] s_clients = [4, 8, 16, 32];

    public static async Task<bool> RunAsync(string[] options, CancellationToken cancellation)
    {
        var seconds = int.Parse(Option(options, "--seconds") ?? "2", CultureInfo.InvariantCulture);
        await using var database = await BenchDatabase.PrepareAsync(Option(options, "--db"), cancellation);
        using var server = await RestServer.StartAsync(database, cancellation);

        Console.WriteLine($"{"",-18} {"requests/s",10} {"pgbench",9} {"ratio",6} {"own tx",9} {"ratio",6} {"target",7} {"p50 ms",8} {"p99 ms",8} {"p99/p50",8} {"Hedgerow µs",12} {"PostgreSQL µs",14}");
        var hold = true;
        var only = Option(options, "--only") ?? "";
        foreach (var scenario in RestScenario.All(database.Token).Where(scenario => scenario.Name.StartsWith(only, StringComparison.Ordinal)))
        {
            var floor = 0d;
            var best = 0;
            foreach (var clients in s_clients.Concat(s_clients)) // a slow moment must not hide the best
            {
                var tps = await Pgbench.RunAsync(database, scenario.Recipe, clients, seconds, cancellation);
                if (tps > floor) (floor, best) = (tps, clients);
            }
            // The prepared statements, and the just-in-time compiler's last tier, which instruments first: measured, a point read costs
            // 133 µs after 5 s of load and 67 µs after 14 s.
            await Load.RunAsync(server.Address, scenario.Requests, Connections, s_warmUp, cancellation);
            // In turns, each held against the floor of its own turn, and the one in the middle counts: a machine is faster now and slower then.
            var turns = new List<Turn>();
            for (var turn = 0; turn < Turns; turn++)
            {
                floor = await Pgbench.RunAsync(database, scenario.Recipe, best, seconds, cancellation);
                var own = await Pgbench.RunAsync(database, scenario.Own, best, seconds, cancellation);
                var (hedgerow, postgres) = (server.CpuTime(), database.CpuTime());
                var load = await Load.RunAsync(server.Address, scenario.Requests, Connections, TimeSpan.FromSeconds(seconds), cancellation);
                turns.Add(new(load, floor, own, (server.CpuTime() - hedgerow) / load.Requests, (database.CpuTime() - postgres) / load.Requests));
            }
            hold &= Line(scenario, turns.OrderBy(turn => turn.Ratio).ElementAt(Turns / 2), turns.Sum(turn => turn.Load.Failures));
        }
        return hold;
    }

    private static bool Line(RestScenario scenario, Turn turn, long failures)
    {
        var (load, floor, own, hedgerow, postgres) = turn;
        var holds = failures == 0 && turn.Ratio >= scenario.Target && load.P99 <= 4 * load.P50 && (!scenario.IsPointRead || hedgerow <= postgres);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{scenario.Name,-18} {load.PerSecond,10:0} {floor,9:0} {turn.Ratio,6:0.00} {own,9:0} {load.PerSecond / own,6:0.00} {scenario.Target,7:0.00} {load.P50,8:0.00} {load.P99,8:0.00} {load.P99 / load.P50,8:0.0} {hedgerow.TotalMicroseconds,12:0} {postgres.TotalMicroseconds,14:0}{(failures > 0 ? $"  {failures} FAILED" : "")}{(holds ? "" : "  MISSED")}"));
        return holds;
    }

    private static string? Option(string[] options, string name)
    {
        var at = Array.IndexOf(options, name);
        return at >= 0 && at + 1 < options.Length ? options[at + 1] : null;
    }

    /// <param name="Floor">Transactions per second of the recipe's pgbench.</param>
    /// <param name="Own">The same of the transaction that Hedgerow makes of it.</param>
    /// <param name="Hedgerow">CPU time a request.</param>
    /// <param name="Postgres">CPU time a request.</param>
    private sealed record Turn(LoadResult Load, double Floor, double Own, TimeSpan Hedgerow, TimeSpan Postgres)
    {
        public double Ratio => Load.PerSecond / Floor;
    }
}
