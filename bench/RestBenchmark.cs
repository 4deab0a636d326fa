using System.Globalization;

namespace Hedgerow.Bench;

/// <summary>
/// REST against the floor: <c>pgbench</c> sending the transaction of the design (begin, settings, the same statement, commit; prepared, one
/// pipeline) to the same PostgreSQL in the same run, at its best number of clients; and, beside it, exactly the leaner transaction that Hedgerow
/// makes of it. The load generator, Hedgerow and PostgreSQL share the machine.
/// </summary>
/// <remarks>
/// What bounds the ratio on two cores (PostgreSQL 18.4, wrk): pgbench reaches 28,500 point reads a second, 70 µs of both cores for each, its own part included. On the one
/// connection that they share by default (<c>Db:SharedReadConnections</c>) a read costs PostgreSQL 45 µs, the gateway 40 and wrk 8, which bounds the ratio at 0.75; 0.71 is measured,
/// since that one backend is busy nine tenths of the time. 55 to 63 % of the gateway's time is the kernel's (sockets, and threads that are woken), a fifth is compiled code of no single place.
/// Without shared reads it is 0.4 to 0.55: the backends take turns with the gateway, and PostgreSQL needs 79 to 95 µs. A list of 20 (0.59) keeps that one backend
/// busy all the time: 85 µs. A second one would help (0.74 for the point read) but where <c>kernel.sched_autogroup_enabled</c> is 1, as by default outside of containers: every backend
/// is a session with the same share of a core as the whole gateway, and p99 grows to 12 times p50 (with 0: 3.5 times). Several reads in one transaction would cost less than any of this,
/// and let a function of one caller's set what the next caller reads: they are not worth that.
/// Options: <c>--db URL</c> (a superuser; the benchmark makes a schema and roles of its own), <c>--seconds N</c> a measurement (default 4),
/// <c>--only</c> a scenario, by the beginning of its name.
/// </remarks>
internal static class RestBenchmark
{
    private const int Connections = 32;
    private static readonly TimeSpan s_warmUp = TimeSpan.FromSeconds(14);
    private static readonly int[] s_clients = [4, 8, 16, 32];

    public static async Task<bool> RunAsync(string[] options, CancellationToken cancellation)
    {
        var seconds = int.Parse(Option(options, "--seconds") ?? "4", CultureInfo.InvariantCulture);
        await using var database = await BenchDatabase.PrepareAsync(Option(options, "--db"), cancellation);
        using var server = await RestServer.StartAsync(database, cancellation);

        Console.WriteLine($"{"",-18} {"requests/s",10} {"pgbench",9} {"ratio",6} {"own tx",9} {"ratio",6} {"target",7} {"p50 ms",8} {"p99 ms",8} {"p99/p50",8} {"Hedgerow µs",12} {"PostgreSQL µs",14}");
        var hold = true;
        var only = Option(options, "--only") ?? "";
        foreach (var scenario in RestScenario.All(database.Token).Where(scenario => scenario.Name.StartsWith(only, StringComparison.Ordinal)))
        {
            var floor = 0d;
            var best = 0;
            foreach (var clients in s_clients)
            {
                var tps = await Pgbench.RunAsync(database, scenario.Recipe, clients, seconds, cancellation);
                if (tps > floor) (floor, best) = (tps, clients);
            }
            var own = await Pgbench.RunAsync(database, scenario.Own, best, seconds, cancellation);
            // The prepared statements, and the just-in-time compiler's last tier, which instruments first: measured, a point read costs
            // 133 µs after 5 s of load and 67 µs after 14 s.
            await Load.RunAsync(server.Address, scenario.Requests, Connections, s_warmUp, cancellation);
            var hedgerow = server.CpuTime();
            var postgres = database.CpuTime();
            var load = await Load.RunAsync(server.Address, scenario.Requests, Connections, TimeSpan.FromSeconds(seconds), cancellation);
            hedgerow = server.CpuTime() - hedgerow;
            postgres = database.CpuTime() - postgres;
            hold &= Line(scenario, load, floor, own, hedgerow.TotalMicroseconds / load.Requests, postgres.TotalMicroseconds / load.Requests);
        }
        return hold;
    }

    private static bool Line(RestScenario scenario, LoadResult load, double floor, double own, double hedgerow, double postgres)
    {
        var ratio = load.PerSecond / floor;
        var holds = load.Failures == 0 && ratio >= scenario.Target && load.P99 <= 4 * load.P50 && (!scenario.IsPointRead || hedgerow <= postgres);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{scenario.Name,-18} {load.PerSecond,10:0} {floor,9:0} {ratio,6:0.00} {own,9:0} {load.PerSecond / own,6:0.00} {scenario.Target,7:0.00} {load.P50,8:0.00} {load.P99,8:0.00} {load.P99 / load.P50,8:0.0} {hedgerow,12:0} {postgres,14:0}{(load.Failures > 0 ? $"  {load.Failures} FAILED" : "")}{(holds ? "" : "  MISSED")}"));
        return holds;
    }

    private static string? Option(string[] options, string name)
    {
        var at = Array.IndexOf(options, name);
        return at >= 0 && at + 1 < options.Length ? options[at + 1] : null;
    }
}
