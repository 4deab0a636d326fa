using Microsoft.Extensions.Logging;

namespace Hedgerow.Gateway.Operations;

/// <summary>One thing that must hold before requests can be served.</summary>
/// <param name="Name">What is missing where it does not hold.</param>
/// <param name="HoldsAsync">Asks; an exception counts as no.</param>
public sealed record ReadinessCheck(string Name, Func<CancellationToken, ValueTask<bool>> HoldsAsync);

/// <summary>All checks together.</summary>
public sealed class Readiness(IEnumerable<ReadinessCheck> checks, ILogger<Readiness> logger)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);
    private volatile bool _closing;

    /// <summary>From now on nothing is ready: whoever balances load looks elsewhere while the last requests are answered.</summary>
    public void Close() => _closing = true;

    /// <summary>The names of the checks that do not hold within five seconds.</summary>
    public async Task<IReadOnlyList<string>> MissingAsync(CancellationToken cancellation)
    {
        if (_closing) return ["stopping"];
        var missing = new List<string>();
        foreach (var check in checks)
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            patience.CancelAfter(s_patience);
            try
            {
                if (!await check.HoldsAsync(patience.Token)) missing.Add(check.Name);
            }
            catch (Exception e) when (!cancellation.IsCancellationRequested)
            {
                Log.NotReady(logger, e, check.Name);
                missing.Add(check.Name);
            }
        }
        return _closing ? ["stopping"] : missing;
    }
}
