using System.Collections.Frozen;
using Hedgerow.Auth.Tokens;
using Hedgerow.Rest;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Hedgerow.Gateway.Configuration;

/// <summary>
/// The settings in force. The configuration file and the database may change them while the gateway runs (PostgREST, Configuration Reloading):
/// those of <c>Rest</c> (but for BasePath and MaxBodyBytes), <c>Jwt</c> and the origins of CORS. The rest of them, and the keys where Auth signs
/// with them too, hold from start to end.
/// </summary>
public sealed class LiveSettings : IDisposable
{
    private readonly IConfiguration _configuration;
    private readonly GatewaySettings _first;
    private readonly NpgsqlDataSource _database;
    private readonly LiveRest _rest;
    private readonly JwtVerifier _verifier;
    private readonly ILogger<LiveSettings> _logger;
    private readonly SemaphoreSlim _gate = new(1, 1);
    private volatile GatewaySettings _current;
    private volatile bool _wasRead;

    /// <param name="configuration">What <paramref name="first"/> was read from.</param>
    /// <param name="database">REST's pool: the login whose settings count.</param>
    public LiveSettings(
        IConfiguration configuration, GatewaySettings first, NpgsqlDataSource database, LiveRest rest, JwtVerifier verifier, ILogger<LiveSettings> logger)
    {
        (_configuration, _first, _database, _rest, _verifier, _logger) = (configuration, first, database, rest, verifier, logger);
        _current = first;
        Origins = OriginsOf(first);
    }

    public GatewaySettings Current => _current;

    /// <summary>Origins that browsers may call from; empty: all.</summary>
    public FrozenSet<string> Origins { get; private set; }

    /// <summary>Reads the settings again. Where they are wrong, that is logged and those before stay in force.</summary>
    /// <exception cref="NpgsqlException">The database is out of reach; the settings stay as they were.</exception>
    public async Task ReloadAsync(CancellationToken cancellation)
    {
        await _gate.WaitAsync(cancellation);
        try
        {
            await UseAsync(cancellation);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Reads the settings where the database was never asked: nothing is served before that.</summary>
    /// <inheritdoc cref="ReloadAsync"/>
    public async ValueTask EnsureReadAsync(CancellationToken cancellation)
    {
        if (_wasRead) return;
        await _gate.WaitAsync(cancellation);
        try
        {
            // Whoever held the gate may have read them meanwhile.
            if (!_wasRead) await UseAsync(cancellation);
        }
        finally
        {
            _gate.Release();
        }
    }

    private async Task UseAsync(CancellationToken cancellation)
    {
        if (await ReadAsync(cancellation) is { } next)
        {
            await _rest.UseAsync(next.Rest with { BasePath = _first.Rest.BasePath, MaxBodyBytes = _first.Rest.MaxBodyBytes }, cancellation);
            if (next.Jwt != _current.Jwt || next.Rest.AnonRole != _current.Rest.AnonRole)
                _verifier.Replace(_first.ServesAuth ? null : JwtKeySet.From(next.Jwt), next.Jwt, next.Rest.AnonRole);
            Origins = OriginsOf(next);
            if (next != _current && _wasRead) Log.SettingsChanged(_logger);
            _current = next;
        }
        _wasRead = true;
    }

    /// <summary>Null where they are wrong.</summary>
    private async Task<GatewaySettings?> ReadAsync(CancellationToken cancellation)
    {
        try
        {
            if (_wasRead) (_configuration as IConfigurationRoot)?.Reload();
            var outside = GatewaySettings.Read(_configuration);
            if (!outside.Rest.DbConfig) return Kept(outside);
            var inside = await InDatabaseSettings.ReadAsync(_database, outside.Rest.PreConfig, cancellation);
            if (_first.ServesAuth && (inside.Remove("Jwt:Secret") | inside.Remove("Jwt:SecretIsBase64"))) Log.SecretIgnored(_logger);
            // Copied rather than chained: a chained configuration takes the empty text, which turns things off, for nothing said.
            return Kept(GatewaySettings.Read(new ConfigurationBuilder().AddInMemoryCollection(_configuration.AsEnumerable()).AddInMemoryCollection(inside).Build()));
        }
        catch (Exception e) when (e is SettingException or InvalidDataException or IOException)
        {
            Log.SettingsRefused(_logger, e.InnerException is null ? e.Message : $"{e.Message} ({e.InnerException.Message})");
            return null;
        }
    }

    /// <summary>What is not reloaded stays as it began; Auth signs with the keys it began with, so they go on to verify.</summary>
    private GatewaySettings Kept(GatewaySettings read) => _first with
    {
        Rest = read.Rest,
        Jwt = _first.ServesAuth ? read.Jwt with { Secret = _first.Jwt.Secret, SecretIsBase64 = _first.Jwt.SecretIsBase64, Keys = _first.Jwt.Keys } : read.Jwt,
        Gateway = _first.Gateway with { CorsAllowedOrigins = read.Gateway.CorsAllowedOrigins },
    };

    private static FrozenSet<string> OriginsOf(GatewaySettings settings) => settings.Gateway.CorsAllowedOrigins
        .Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
        .Select(origin => origin.TrimEnd('/'))
        .ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    public void Dispose() => _gate.Dispose();
}
