using System.Text.Json;
using Hedgerow.Auth.Tokens;
using Hedgerow.Auth.Tokens.Rotation;
using Hedgerow.Gateway.Configuration;
using Hedgerow.Gateway.Operations;
using Hedgerow.Postgres;
using Hedgerow.Storage;
using Hedgerow.Storage.S3Protocol.Keys;
using Hedgerow.Storage.S3Protocol.Signing;
using Microsoft.Extensions.DependencyInjection;

namespace Hedgerow.Gateway;

/// <summary>Gives the Storage room what it must not fetch itself: its pool, its store, tokens and secrets under the platform's keys.</summary>
internal static class StorageRoom
{
    public static void AddObjectStorage(this IServiceCollection services, GatewaySettings settings)
    {
        var store = settings.OpenObjectStore();
        services.AddSingleton(provider => new UrlTokenKeys(provider.GetRequiredService<KeyRing>(), settings.Jwt).Tokens);
        services.AddSingleton(new PublicAddress(settings.Gateway.PublicUrl.TrimEnd('/')));
        services.AddSingleton(provider => new SessionTokens(token => provider.GetRequiredService<JwtVerifier>().Verify(token).Caller));
        services.AddSingleton(settings.AccessKeySecrets);
        services.AddStorage(settings.Storage, Databases.ForStorage(settings.Db), store);
        services.AddSingleton(new ReadinessCheck("storage", store.AnswersAsync));
    }

    /// <summary>Signs and verifies the tokens of URLs with whatever keys are in force.</summary>
    private sealed class UrlTokenKeys(KeyRing ring, JwtOptions options)
    {
        // The role that a token without one would have. A URL's names none and needs none: it opens what it says and nothing else.
        private const string NoRole = "signed_url";

        // A verifier, and so a cache, of their own: many URLs must not push the sessions out of the other.
        private readonly JwtVerifier _verifier = new(ring.Keys, options, NoRole, TimeProvider.System);
        private JwtKeySet _known = ring.Keys;

        public UrlTokens Tokens => new(claims => ring.Signer.Sign(claims.Span), Read);

        private Result<JsonDocument> Read(string token)
        {
            var keys = ring.Keys;
            if (!ReferenceEquals(Interlocked.Exchange(ref _known, keys), keys)) _verifier.Replace(keys);
            return _verifier.Verify(token).Caller.Ok(out var caller, out var error) ? JsonDocument.Parse(caller.Claims) : error;
        }
    }
}
