using System.Security.Cryptography;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Hedgerow.Auth.Tokens.Rotation;

/// <summary>
/// Keeps this process's keys in step with the database's, by asking every few seconds: a notification can be missed, and a key that one replica
/// signs with and another does not know locks people out.
/// </summary>
public sealed class KeyReloader(KeyStore store, KeyRing ring, JwtVerifier verifier, JwtOptions options, ILogger<KeyReloader> logger) : BackgroundService
{
    private volatile bool _isLoaded;

    // None at first: who finds none then leaves the keys alone, since settings in the database may have brought others meanwhile.
    private string _present = StateOf([], null);

    /// <summary>Whether the keys were read once: until then no token can be judged.</summary>
    public bool IsLoaded => _isLoaded;

    /// <inheritdoc/>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        // Before the first request is taken; a database that does not answer yet is asked again behind the readiness check.
        await TryAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(options.KeysReloadSeconds));
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken)) await TryAsync(stoppingToken);
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
            await ReloadAsync(cancellation);
            _isLoaded = true;
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException or CryptographicException or FormatException or InvalidOperationException)
        {
            KeyLog.ReloadFailed(logger, e);
        }
    }

    private static string StateOf(IReadOnlyList<StoredKey> stored, StoredKey? signer) => string.Join(' ', stored.Select(key => key.Id)) + $" {signer?.Id}";

    private async Task ReloadAsync(CancellationToken cancellation)
    {
        var stored = await store.ReadAsync(cancellation);
        var signer = stored.LastOrDefault(key => key.MaySign);
        var state = StateOf(stored, signer);
        if (state == _present) return;
        var opened = stored.ToDictionary(key => key.Id, store.Open);
        verifier.Replace(ring.Replace(opened.Values, signer is null ? null : opened[signer.Id]));
        _present = state;
        KeyLog.Reloaded(logger, stored.Count, signer?.Id.ToString() ?? "the configured one");
    }
}
