using System.Collections.Concurrent;
using Hedgerow.Auth.External.Http;
using Hedgerow.Auth.Http;
using Hedgerow.Auth.Tokens;
using Hedgerow.Postgres;

namespace Hedgerow.Auth.External.Oidc;

/// <summary>
/// What OpenID Connect providers say of themselves, and their keys: fetched when first needed, kept for a while. A token that no known key has
/// signed makes the keys be fetched again, since providers change them; but not more often than the interval, since anybody can send such a token.
/// </summary>
public sealed class Issuers(ProviderClients clients, TimeProvider clock)
{
    private static readonly TimeSpan s_documentLifetime = TimeSpan.FromHours(1);
    private static readonly TimeSpan s_keyLifetime = TimeSpan.FromHours(1);
    private static readonly TimeSpan s_keyInterval = TimeSpan.FromSeconds(10);

    // An entry per provider that was ever configured or added, which are few.
    private readonly ConcurrentDictionary<(string Issuer, string DiscoveryUrl, bool IsGuarded), Known> _known = new();

    /// <summary>The provider's discovery document.</summary>
    public async Task<Result<DiscoveryDocument>> DiscoverAsync(OidcSetup provider, CancellationToken cancellation)
    {
        var known = _known.GetOrAdd((provider.Issuer, provider.DiscoveryUrl, provider.IsGuarded), _ => new Known());
        if (known.Document is { } fresh && clock.GetUtcNow() - fresh.At < s_documentLifetime) return fresh.Value;
        await known.OneFetch.WaitAsync(cancellation);
        try
        {
            if (known.Document is { } fetched && clock.GetUtcNow() - fetched.At < s_documentLifetime) return fetched.Value;
            if (!(await FetchAsync(provider, cancellation)).Ok(out var document, out var error)) return error;
            known.Document = new(document, clock.GetUtcNow());
            return document;
        }
        finally
        {
            known.OneFetch.Release();
        }
    }

    /// <summary>The document as it is now, whatever is known: for those who add a provider and want to know what is wrong with it.</summary>
    public async Task<Result<DiscoveryDocument>> FetchAsync(OidcSetup provider, CancellationToken cancellation)
    {
        if (!(await clients.For(provider).GetAsync(provider.DiscoveryUrl, bearer: null, cancellation)).Ok(out var answer, out var error)) return error;
        if (!DiscoveryDocument.Read(answer.Json, provider.Issuer).Ok(out var document, out error)) return error;
        foreach (var (name, url) in document.Addresses)
        {
            // Browsers are sent to one of them, and this server goes to the others: javascript: and file: are no places for either.
            if (ProviderUrl.Flaw(url, clients.MayBeInsecure(provider)) is { } flaw) return AuthErrors.Invalid($"OIDC discovery document: {name} {flaw}");
        }
        return document;
    }

    /// <summary>The token, once a key of the provider's has vouched for it and it is one for this client.</summary>
    public async Task<Result<IdToken>> VerifyAsync(OidcSetup provider, string token, CancellationToken cancellation)
    {
        var started = clock.GetUtcNow();
        if (!(await KeysAsync(provider, started - s_keyLifetime, cancellation)).Ok(out var keys, out var error)) return error;
        var opened = SignedToken.Open(token, keys);
        if (opened.Error == JwtErrors.NoSuitableKey || opened.Error == JwtErrors.WrongSignature)
        {
            if (!(await KeysAsync(provider, started - s_keyInterval, cancellation)).Ok(out keys, out error)) return error;
            opened = SignedToken.Open(token, keys);
        }
        return opened.Ok(out var payload, out error)
            ? IdToken.Read(payload, provider, clock.GetUtcNow().ToUnixTimeSeconds())
            : ExternalErrors.BadIdToken(error.Message);
    }

    /// <summary>The provider's keys, fetched not before <paramref name="since"/>.</summary>
    private async Task<Result<JwtKey[]>> KeysAsync(OidcSetup provider, DateTimeOffset since, CancellationToken cancellation)
    {
        if (!(await DiscoverAsync(provider, cancellation)).Ok(out var document, out var error)) return error;
        var known = _known[(provider.Issuer, provider.DiscoveryUrl, provider.IsGuarded)];
        if (known.Keys is { } fresh && fresh.At >= since) return fresh.Value;
        await known.OneFetch.WaitAsync(cancellation);
        try
        {
            if (known.Keys is { } fetched && fetched.At >= since) return fetched.Value;
            if (!(await clients.For(provider).GetAsync(document.KeySet, bearer: null, cancellation)).Ok(out var answer, out error)) return error;
            known.Keys = new(JwkReader.ReadForeign(answer.Json), clock.GetUtcNow());
            return known.Keys.Value;
        }
        catch (FormatException)
        {
            return ExternalErrors.Unreachable;
        }
        finally
        {
            known.OneFetch.Release();
        }
    }

    private sealed class Known
    {
        public SemaphoreSlim OneFetch { get; } = new(1);
        public Dated<DiscoveryDocument>? Document { get; set; }
        public Dated<JwtKey[]>? Keys { get; set; }
    }

    private sealed record Dated<T>(T Value, DateTimeOffset At);
}
