using Hedgerow.Storage.Backends;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Hedgerow.Storage.Reconcile;

/// <summary>Reconciles by itself every so often. Replicas do it at different times, by chance; two at once do no harm.</summary>
public sealed class ReconcileJob(Reconciler reconciler, StorageOptions options, ILogger<ReconcileJob> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.ReconcileHours == 0) return;
        var period = TimeSpan.FromHours(options.ReconcileHours);
        try
        {
            await Task.Delay(period * (0.05 + 0.95 * Random.Shared.NextDouble()), stoppingToken);
            using var timer = new PeriodicTimer(period);
            do await TryAsync(stoppingToken);
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops.
        }
    }

    private async Task TryAsync(CancellationToken cancellation)
    {
        try
        {
            var report = await reconciler.RunAsync(new ReconcilePlan(TimeSpan.FromHours(options.OrphanAgeHours)), null, cancellation);
            Log.Reconciled(logger, report.Stored, report.Orphans, report.Unfinished);
        }
        catch (Exception e) when (e is BackendException or NpgsqlException or ForeignStoreException)
        {
            Log.ReconcileFailed(logger, e);
        }
    }
}
