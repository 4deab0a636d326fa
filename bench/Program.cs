using Hedgerow.Bench;
using Hedgerow.Bench.Realtime;

if (args is [StaticFiles.Verb, var folder, var port])
{
    await StaticFiles.ServeAsync(folder, port);
    return 0;
}

// A benchmark takes its own options and says whether its targets hold.
var benchmarks = new SortedDictionary<string, Func<string[], CancellationToken, Task<bool>>>(StringComparer.Ordinal)
{
    ["auth"] = AuthBenchmark.RunAsync,
    ["fuzz"] = FuzzBenchmark.RunAsync,
    ["realtime"] = RealtimeBenchmark.RunAsync,
    ["policies"] = PoliciesBenchmark.RunAsync,
    ["rest"] = RestBenchmark.RunAsync,
    ["schema"] = SchemaBenchmark.RunAsync,
    ["start"] = StartBenchmark.RunAsync,
    ["storage"] = StorageBenchmark.RunAsync,
};

using var ending = new CancellationTokenSource();
Console.CancelKeyPress += (_, signal) =>
{
    signal.Cancel = true;
    ending.Cancel();
};

// The part of bench realtime that runs in processes of its own.
if (args is ["realtime-worker", ..]) return await RealtimeWorker.RunAsync(ending.Token) ? 0 : 1;

if (args is [var name, ..] && !benchmarks.ContainsKey(name))
{
    Console.Error.WriteLine($"hedgerow bench: there is no benchmark {name}; there are {string.Join(", ", benchmarks.Keys)}.");
    return 1;
}
var hold = true;
foreach (var (each, run) in benchmarks)
    if (args.Length == 0 || args[0] == each)
        hold &= await run(args.Skip(1).ToArray(), ending.Token);
return hold ? 0 : 1;
