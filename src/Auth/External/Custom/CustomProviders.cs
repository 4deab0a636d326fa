using System.Security.Cryptography;
using System.Text.Json;
using Hedgerow.Auth.Data;
using Hedgerow.Auth.External.Configuration;
using Hedgerow.Postgres;

namespace Hedgerow.Auth.External.Custom;

/// <summary>The providers beside the built-in ones, from the configuration and from the table.</summary>
public sealed class CustomProviders(CustomProviderOptions options, ProviderSecrets secrets)
{
    private readonly Dictionary<string, CustomProvider> _configured =
        Parse(options.Configured).ToDictionary(provider => provider.Identifier, StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether the configuration has a provider of that name; it comes before the table's.</summary>
    public bool IsConfigured(string identifier) => _configured.ContainsKey(identifier);

    /// <summary>The provider, where people may sign in with it.</summary>
    /// <param name="callback">Where it sends people back to.</param>
    public async Task<Result<ProviderSetup>> FindAsync(AuthTransaction transaction, string identifier, string callback)
    {
        if (_configured.TryGetValue(identifier, out var configured))
            return configured.Enabled ? configured.ToSetup(configured.ClientSecret, callback, isGuarded: false) : ExternalErrors.NotEnabled;
        if (!options.Enabled) return ExternalErrors.CustomDisabled;
        if (await CustomProviderRows.FindAsync(transaction, identifier) is not { } row) return ExternalErrors.Unsupported($"custom provider {identifier} not found");
        if (!row.Enabled) return ExternalErrors.Unsupported($"custom provider {identifier} is disabled");
        try
        {
            return row.ToSetup(secrets.Box.Open(row.Id, row.ClientSecret), callback, isGuarded: true);
        }
        catch (Exception e) when (e is CryptographicException or InvalidOperationException)
        {
            // The key is another than when it was added: whoever operates the platform sets the secret again.
            return ExternalErrors.Unsupported($"error decrypting client secret for provider {identifier}");
        }
    }

    /// <summary>The providers of <see cref="CustomProviderOptions.Configured"/>.</summary>
    /// <exception cref="FormatException">It is no such array; the message says where and why.</exception>
    public static IReadOnlyList<CustomProvider> Parse(string json)
    {
        CustomProviderBody[] bodies;
        try
        {
            bodies = JsonSerializer.Deserialize(json, CustomProviderJson.Default.CustomProviderBodyArray) ?? [];
        }
        catch (JsonException e)
        {
            throw new FormatException($"must be a JSON array of providers (unexpected value at {e.Path ?? "$"})", e);
        }
        List<CustomProvider> providers = [];
        foreach (var body in bodies)
        {
            if (!CustomProviderInput.Create(body, _ => true).Ok(out var provider, out var error)) throw new FormatException($"provider {providers.Count + 1}: {error.Message}");
            if (providers.Any(other => other.Identifier.Equals(provider.Identifier, StringComparison.OrdinalIgnoreCase)))
                throw new FormatException($"provider {providers.Count + 1}: {provider.Identifier} is there twice");
            providers.Add(provider);
        }
        return providers;
    }
}
