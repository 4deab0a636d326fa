using System.Security.Cryptography;
using System.Text;
using Hedgerow.Auth;
using Hedgerow.Auth.Tokens;
using Hedgerow.Realtime;
using Hedgerow.Rest;
using Hedgerow.Storage;
using Hedgerow.Storage.Backends;
using Hedgerow.Storage.S3Protocol.Keys;
using Microsoft.Extensions.Configuration;

namespace Hedgerow.Gateway.Configuration;

/// <summary>All settings that the host hands out, read once and held against each other before anything starts.</summary>
public sealed record GatewaySettings(
    RestOptions Rest, JwtOptions Jwt, AuthOptions Auth, RealtimeOptions Realtime, StorageOptions Storage, DbOptions Db, GatewayOptions Gateway,
    EncryptionOptions Encryption)
{
    /// <summary>Auth needs its own schema: a database that is served as it is has none.</summary>
    public bool ServesAuth => !Db.ServeAsLogin;

    /// <summary>As Auth: it needs its own login and schema.</summary>
    public bool ServesRealtime => !Db.ServeAsLogin && Realtime.Enabled;

    /// <summary>Storage needs its own schema, and a place for the bytes.</summary>
    public bool ServesStorage => !Db.ServeAsLogin && Storage.Url.Length > 0;

    /// <summary>The place that <see cref="StorageOptions.Url"/> names, opened.</summary>
    public IObjectBackend OpenObjectStore() => StorageUrl.TryParse(Storage.Url, out var url, out var problem)
        ? url.Open(TimeSpan.FromSeconds(Storage.BackendPatience))
        : throw new SettingException("Storage:Url", problem);

    /// <summary>What REST may know and nobody may read.</summary>
    public RestSecrets RestSecrets => new(Encryption.PrivateKey.Length > 0 ? Encryption.PrivateKey : null);

    /// <summary>The address of <c>/auth/v1</c> as clients reach it.</summary>
    public string AuthUrl => $"{(Gateway.PublicUrl.Length > 0 ? Gateway.PublicUrl : Gateway.Urls.Split(';')[0]).TrimEnd('/')}/auth/v1";

    /// <summary>What the Auth room needs to know.</summary>
    public AuthSetup AuthSetup(JwtKeySet keys) => new(
        Auth, keys, Jwt, AuthUrl, Jwt.Issuer.Length > 0 ? Jwt.Issuer : AuthUrl,
        HMACSHA256.HashData(Encoding.UTF8.GetBytes(Db.LoginSecret), "hedgerow:auth:one-time-tokens"u8),
        // A key of its own purpose, made from the one secret that encrypts what is stored: a new login secret must lock nobody out.
        KeyFor("hedgerow:auth:factor-secrets"u8), SigningKeyKey, KeyFor("hedgerow:auth:provider-secrets"u8));

    /// <summary>What encrypts the signing keys in the database; null where nothing does.</summary>
    public byte[]? SigningKeyKey => KeyFor("hedgerow:auth:signing-keys"u8);

    /// <summary>What the secrets of S3 access keys are derived from.</summary>
    public AccessKeySecrets AccessKeySecrets => new(KeyFor("hedgerow:storage:access-keys"u8));

    private byte[]? KeyFor(ReadOnlySpan<byte> purpose) =>
        Encryption.PrivateKey.Length > 0 ? HMACSHA256.HashData(Encoding.UTF8.GetBytes(Encryption.PrivateKey), purpose) : null;

    /// <summary>Settings as design §6 layers them: <paramref name="defaults"/>, appsettings.json, the environment (<c>HEDGEROW_…</c>), <paramref name="overrides"/>.</summary>
    /// <param name="defaults">What holds where nobody says otherwise: the generated secrets.</param>
    /// <param name="overrides">The command line's.</param>
    public static IConfiguration Layer(
        IEnumerable<KeyValuePair<string, string?>> defaults,
        IEnumerable<KeyValuePair<string, string?>> overrides) =>
        new ConfigurationBuilder()
            .AddInMemoryCollection(defaults)
            .AddJsonFile(Path.Combine(Directory.GetCurrentDirectory(), "appsettings.json"), optional: true)
            .AddEnvironmentVariables("HEDGEROW_")
            .AddInMemoryCollection(overrides)
            .Build();

    /// <exception cref="SettingException">A setting is unknown, malformed, missing or out of range.</exception>
    public static GatewaySettings Read(IConfiguration configuration)
    {
        var jwt = SettingsReader.Read<JwtOptions>(configuration.GetSection("Jwt"));
        var settings = new GatewaySettings(
            SettingsReader.Read<RestOptions>(configuration.GetSection("Rest")),
            jwt with { Secret = ExternalFile.Resolve("Jwt:Secret", jwt.Secret) },
            SettingsReader.Read<AuthOptions>(configuration.GetSection("Auth")),
            SettingsReader.Read<RealtimeOptions>(configuration.GetSection("Realtime")),
            SettingsReader.Read<StorageOptions>(configuration.GetSection("Storage")),
            SettingsReader.Read<DbOptions>(configuration.GetSection("Db")),
            SettingsReader.Read<GatewayOptions>(configuration.GetSection("Gateway")),
            SettingsReader.Read<EncryptionOptions>(configuration.GetSection("Encryption")));
        SettingsRules.Check(settings);
        return settings;
    }
}
