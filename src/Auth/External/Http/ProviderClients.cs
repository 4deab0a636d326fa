using System.Net;
using Hedgerow.Auth.External.Configuration;
using Microsoft.Extensions.Logging;

namespace Hedgerow.Auth.External.Http;

/// <summary>The two clients: for providers that the operator configured, and for those that were added over HTTP.</summary>
public sealed class ProviderClients : IDisposable
{
    private readonly HttpClient _trusted;
    private readonly HttpClient _guarded;
    private readonly ProviderClient _ofOperator;
    private readonly ProviderClient _ofOthers;

    /// <param name="allowLoopback">Providers that were added over HTTP may be at <c>http</c> loopback addresses.</param>
    public ProviderClients(ExternalOptions options, bool allowLoopback, ILogger<ProviderClient> logger)
    {
        OthersMayBeInsecure = uri => allowLoopback && uri.IsLoopback;
        _trusted = Client(new SocketsHttpHandler(), options.Timeout);
        // No proxy: it would connect for us, wherever it likes.
        _guarded = Client(new SocketsHttpHandler { UseProxy = false, ConnectCallback = new AddressGuard(allowLoopback).ConnectAsync }, options.Timeout);
        _ofOperator = new ProviderClient(_trusted, static _ => true, logger);
        _ofOthers = new ProviderClient(_guarded, OthersMayBeInsecure, logger);
    }

    /// <summary>Which addresses of providers that were added over HTTP may be <c>http</c>.</summary>
    public Func<Uri, bool> OthersMayBeInsecure { get; }

    /// <summary>Which of a provider's addresses may be <c>http</c>.</summary>
    public Func<Uri, bool> MayBeInsecure(ProviderSetup provider) => provider.IsGuarded ? OthersMayBeInsecure : static _ => true;

    public ProviderClient For(ProviderSetup provider) => provider.IsGuarded ? _ofOthers : _ofOperator;

    public void Dispose()
    {
        _trusted.Dispose();
        _guarded.Dispose();
    }

    private static HttpClient Client(SocketsHttpHandler handler, int timeout)
    {
        handler.AllowAutoRedirect = false;
        handler.UseCookies = false;
        handler.AutomaticDecompression = DecompressionMethods.None;
        handler.PooledConnectionLifetime = TimeSpan.FromMinutes(2);
        return new HttpClient(handler) { Timeout = TimeSpan.FromSeconds(timeout), MaxResponseContentBufferSize = ProviderClient.MaxAnswerBytes };
    }
}
