using System.Text.Json;
using Hedgerow.Auth;
using Hedgerow.Auth.External.Custom;
using Hedgerow.Auth.External.Http;
using Hedgerow.Auth.Hooks;
using Hedgerow.Auth.Limits;
using Hedgerow.Auth.Mail;
using Hedgerow.Auth.Mfa;
using Hedgerow.Auth.Phone;
using Hedgerow.Auth.Tokens;
using Hedgerow.Auth.Users;
using Hedgerow.Realtime;
using Hedgerow.Rest;
using Hedgerow.Storage;
using Hedgerow.Storage.Backends;

namespace Hedgerow.Gateway.Configuration;

/// <summary>What a value must be beyond its type.</summary>
public static class SettingsRules
{
    /// <exception cref="SettingException">The first rule that is broken.</exception>
    public static void Check(GatewaySettings settings)
    {
        CheckRest(settings.Rest);
        CheckJwt(settings.Jwt);
        CheckRealtime(settings.Realtime);
        CheckDb(settings);
        CheckStorage(settings.Storage);
        CheckGateway(settings.Gateway);
        Require(settings.Auth.PasswordMinLength is >= 6 and <= 72, "Auth:PasswordMinLength", "must be between 6 and 72");
        Require(settings.Auth.RefreshTokenReuseInterval >= 0, "Auth:RefreshTokenReuseInterval", "must not be negative");
        Require(settings.Auth.OtpLength is >= 6 and <= 10, "Auth:OtpLength", "must be between 6 and 10");
        Require(settings.Auth.OtpExpiry is > 0 and <= 86400, "Auth:OtpExpiry", "must be between 1 and 86400");
        Require(settings.Auth.FlowStateExpiry is > 0 and <= 86400, "Auth:FlowStateExpiry", "must be between 1 and 86400");
        Require(Uri.TryCreate(settings.Auth.SiteUrl, UriKind.Absolute, out _), "Auth:SiteUrl", "must be an absolute URL");
        Require(settings.Auth.SessionTimebox >= 0, "Auth:SessionTimebox", "must not be negative");
        Require(settings.Auth.SessionInactivityTimeout >= 0, "Auth:SessionInactivityTimeout", "must not be negative");
        Require(settings.Auth.SessionAllowLowAal >= 0, "Auth:SessionAllowLowAal", "must not be negative");
        foreach (var (name, uri, secrets) in settings.Auth.Hook.All) CheckHook(name, uri, secrets);
        Require(settings.Auth.Hook.TimeoutMilliseconds is > 0 and <= 60_000, "Auth:Hook:TimeoutMilliseconds", "must be between 1 and 60000");
        Require(settings.Auth.Hook.HttpTimeoutMilliseconds is > 0 and <= 60_000, "Auth:Hook:HttpTimeoutMilliseconds", "must be between 1 and 60000");
        CheckRateLimits(settings.Auth.RateLimits);
        CheckMail(settings.Auth.Mail);
        CheckSms(settings.Auth);
        CheckMfa(settings.Auth.Mfa);
        CheckExternal(settings.Auth);
        Require(!settings.ServesAuth || JwtKeySet.From(settings.Jwt).Signer is not null, "Jwt:Secret", "is missing; without a key that signs nobody can sign in");
    }

    private static void CheckRest(RestOptions rest)
    {
        Require(rest.Schemas.Split(',').Any(schema => schema.Trim().Length > 0), "Rest:Schemas", "names no schema");
        Require(!rest.Schemas.Split(',').Any(schema => schema.Trim() is "pg_catalog" or "information_schema"), "Rest:Schemas", "must not expose pg_catalog or information_schema; views over them can be");
        OneOf(rest.TxEnd, "Rest:TxEnd", "commit", "commit-allow-override", "rollback", "rollback-allow-override");
        Require(rest.OpenApiServerProxyUri.Length == 0 || IsProxy(rest.OpenApiServerProxyUri), "Rest:OpenApiServerProxyUri", "must be an http or https URL without user and query, such as https://example.com:8443/base");
        OneOf(rest.OpenApiMode, "Rest:OpenApiMode", "follow-privileges", "ignore-privileges", "disabled");
        Require(!rest.ChannelEnabled || rest.Channel.Length > 0, "Rest:Channel", "is missing; Rest:ChannelEnabled=false turns the channel off");
        OneOf(rest.ErrorVerbosity, "Rest:ErrorVerbosity", "verbose", "minimal");
        Require(rest.BasePath.StartsWith('/'), "Rest:BasePath", "must begin with \"/\"");
        Require(rest.MaxRows is null or >= 0, "Rest:MaxRows", "must not be negative");
        Require(rest.MaxBodyBytes > 0, "Rest:MaxBodyBytes", "must be positive");
        Require(rest.MaxEmbedDepth > 0, "Rest:MaxEmbedDepth", "must be positive");
        Require(IsJsonObject(rest.AppSettings), "Rest:AppSettings", "must be a JSON object");
    }

    private static void CheckJwt(JwtOptions jwt)
    {
        // RFC 7519, 2: a StringOrURI with a colon in it is a URI.
        Require(!jwt.Audience.Contains(':') || Uri.IsWellFormedUriString(jwt.Audience, UriKind.Absolute), "Jwt:Audience", "holds a colon, so it must be a URI");
        Require(jwt.CacheMaxEntries >= 0, "Jwt:CacheMaxEntries", "must not be negative");
        Require(jwt.Expiry > 0, "Jwt:Expiry", "must be positive");
        Require(jwt.KeysReloadSeconds is > 0 and <= 60, "Jwt:KeysReloadSeconds", "must be between 1 and 60");
        try
        {
            RoleClaimPath.Parse(jwt.RoleClaimKey);
        }
        catch (FormatException e)
        {
            throw new SettingException("Jwt:RoleClaimKey", e.Message, e);
        }
        try
        {
            JwtKeySet.From(jwt);
        }
        catch (FormatException e)
        {
            // The message begins with the setting's name: two settings hold keys.
            var (path, problem) = e.Message.Split(": ", 2) is [var name, var rest] ? (name, rest) : ("Jwt:Secret", e.Message);
            throw new SettingException(path, problem, e);
        }
    }

    private static void CheckRateLimits(RateLimitOptions limits)
    {
        Require(limits.Token >= 0, "Auth:RateLimits:Token", "must not be negative");
        Require(limits.SignUp >= 0, "Auth:RateLimits:SignUp", "must not be negative");
        Require(limits.AnonymousUsers >= 0, "Auth:RateLimits:AnonymousUsers", "must not be negative");
        Require(limits.Verify >= 0, "Auth:RateLimits:Verify", "must not be negative");
        Require(limits.Otp >= 0, "Auth:RateLimits:Otp", "must not be negative");
        Require(limits.SmsSent >= 0, "Auth:RateLimits:SmsSent", "must not be negative");
        Require(limits.PasswordsPerAccount >= 0, "Auth:RateLimits:PasswordsPerAccount", "must not be negative");
    }

    private static void CheckSms(AuthOptions auth)
    {
        var sms = auth.Sms;
        Require(sms.MaxFrequency >= 0, "Auth:Sms:MaxFrequency", "must not be negative");
        Require(sms.OtpExpiry is > 0 and <= 86400, "Auth:Sms:OtpExpiry", "must be between 1 and 86400");
        Require(sms.OtpLength is >= 6 and <= 10, "Auth:Sms:OtpLength", "must be between 6 and 10");
        Require(sms.Timeout is > 0 and <= 600, "Auth:Sms:Timeout", "must be between 1 and 600");
        OneOf(sms.Provider, "Auth:Sms:Provider", "", "twilio");
        if (sms.Provider == "twilio")
        {
            Require(sms.Twilio.AccountSid.Length > 0, "Auth:Sms:Twilio:AccountSid", "is missing");
            Require(sms.Twilio.AuthToken.Length > 0, "Auth:Sms:Twilio:AuthToken", "is missing");
            Require(sms.Twilio.MessageServiceSid.Length > 0, "Auth:Sms:Twilio:MessageServiceSid", "is missing");
        }
        Require(Uri.TryCreate(sms.Twilio.Url, UriKind.Absolute, out _), "Auth:Sms:Twilio:Url", "must be an absolute URL");
        Parses("Auth:Sms:TestOtp", () => TestCodes.Parse(sms.TestOtp));
        Parses("Auth:Sms:TestOtpValidUntil", () => TestCodes.Until(sms.TestOtpValidUntil));
    }

    /// <summary>The secrets are at fault where the address alone is good.</summary>
    private static void CheckHook(string name, string uri, string secrets)
    {
        const string Any = "v1,whsec_AAAAAAAAAAAAAAAAAAAAAA==";
        Parses($"Auth:Hook:{name}Uri", () => HookTarget.Parse(uri, Any));
        Parses($"Auth:Hook:{name}Secrets", () => HookTarget.Parse(uri, secrets));
    }

    private static void Parses(string path, Action parse)
    {
        try
        {
            parse();
        }
        catch (FormatException e)
        {
            throw new SettingException(path, e.Message, e);
        }
    }

    private static void CheckMail(MailOptions mail)
    {
        var smtp = mail.Smtp;
        Require(mail.MaxFrequency >= 0, "Auth:Mail:MaxFrequency", "must not be negative");
        Require(smtp.Port is > 0 and <= 65535, "Auth:Mail:Smtp:Port", "must be between 1 and 65535");
        Require(smtp.Timeout is > 0 and <= 600, "Auth:Mail:Smtp:Timeout", "must be between 1 and 600");
        Require(smtp.RetryDelay is > 0 and <= 900, "Auth:Mail:Smtp:RetryDelay", "must be between 1 and 900");
        Require(smtp.MaxAttempts > 0, "Auth:Mail:Smtp:MaxAttempts", "must be positive");
        Require(smtp.Host.Length == 0 || EmailAddress.Normalise(mail.From) is not null, "Auth:Mail:From", "must be an e-mail address; mail is sent from it");
        Require(!mail.SenderName.AsSpan().ContainsAny('\r', '\n'), "Auth:Mail:SenderName", "must be one line");
        try
        {
            MailTemplates.Load(mail);
        }
        catch (FormatException e)
        {
            throw new SettingException("Auth:Mail:Templates", e.Message, e);
        }
    }

    private static void CheckMfa(MfaOptions mfa)
    {
        Require(mfa.MaxEnrolledFactors >= 0, "Auth:Mfa:MaxEnrolledFactors", "must not be negative");
        Require(mfa.MaxVerifiedFactors >= 0, "Auth:Mfa:MaxVerifiedFactors", "must not be negative");
        Require(mfa.ChallengeExpiry > 0, "Auth:Mfa:ChallengeExpiry", "must be positive");
        Require(mfa.FactorExpiry > 0, "Auth:Mfa:FactorExpiry", "must be positive");
        Require(mfa.RateLimit > 0, "Auth:Mfa:RateLimit", "must be positive");
        Require(mfa.PhoneMaxFrequency >= 0, "Auth:Mfa:PhoneMaxFrequency", "must not be negative");
        Require(mfa.DailyAttempts > 0, "Auth:Mfa:DailyAttempts", "must be positive");
    }

    private static void CheckRealtime(RealtimeOptions realtime)
    {
        Require(realtime.RetentionSeconds >= 0, "Realtime:RetentionSeconds", "must not be negative");
        Require(realtime.RetentionMegabytes > 0, "Realtime:RetentionMegabytes", "must be positive");
        Require(realtime.RecentMegabytes > 0, "Realtime:RecentMegabytes", "must be positive");
        Require(realtime.SubscriptionBuffer > 0, "Realtime:SubscriptionBuffer", "must be positive");
        Require(realtime.SubscriptionStallSeconds > 0, "Realtime:SubscriptionStallSeconds", "must be positive");
        Require(realtime.PoolSize >= 3, "Realtime:PoolSize", "must be at least 3");
        Require(realtime.MaxConnections > 0, "Realtime:MaxConnections", "must be positive");
        Require(realtime.MaxChannelsPerConnection > 0, "Realtime:MaxChannelsPerConnection", "must be positive");
        Require(realtime.MaxJoinsPerSecond > 0, "Realtime:MaxJoinsPerSecond", "must be positive");
        Require(realtime.MaxMessagesPerSecond > 0, "Realtime:MaxMessagesPerSecond", "must be positive");
        Require(realtime.MaxFrameBytes is >= 1024 and <= 64 << 20, "Realtime:MaxFrameBytes", "must be between 1024 and 67108864");
        Require(realtime.MaxBindingsPerChannel > 0, "Realtime:MaxBindingsPerChannel", "must be positive");
    }

    private static void CheckExternal(AuthOptions auth)
    {
        foreach (var (name, provider) in new[]
        {
            ("Github", auth.External.Github), ("Google", auth.External.Google), ("Gitlab", auth.External.Gitlab), ("Bitbucket", auth.External.Bitbucket),
        })
        {
            if (!provider.Enabled) continue;
            Require(provider.ClientId.Trim([',', ' ']).Length > 0, $"Auth:External:{name}:ClientId", "is missing");
            Require(provider.Secret.Length > 0, $"Auth:External:{name}:Secret", "is missing");
            Require(provider.Url.Length == 0 || ProviderUrl.Flaw(provider.Url, _ => true) is null, $"Auth:External:{name}:Url", "must be an http or https URL");
            Require(provider.RedirectUri.Length == 0 || Uri.TryCreate(provider.RedirectUri, UriKind.Absolute, out _), $"Auth:External:{name}:RedirectUri", "must be an absolute URL");
        }
        Require(auth.External.Timeout is > 0 and <= 60, "Auth:External:Timeout", "must be between 1 and 60");
        Require(auth.CustomProviders.MaxProviders >= 0, "Auth:CustomProviders:MaxProviders", "must not be negative");
        try
        {
            CustomProviders.Parse(auth.CustomProviders.Configured);
        }
        catch (FormatException e)
        {
            throw new SettingException("Auth:CustomProviders:Configured", e.Message, e);
        }
    }

    private static void CheckStorage(StorageOptions storage)
    {
        if (storage.Url.Length > 0 && !StorageUrl.TryParse(storage.Url, out _, out var problem)) throw new SettingException("Storage:Url", problem);
        Require(storage.FileSizeLimit > 0, "Storage:FileSizeLimit", "must be positive");
        Require(storage.UploadSignedUrlExpiry > 0, "Storage:UploadSignedUrlExpiry", "must be positive");
        Require(storage.ResumableUploadHours is > 0 and <= 24 * 31, "Storage:ResumableUploadHours", "must be between 1 and 744");
        Require(storage.TenantId.Length > 0, "Storage:TenantId", "must not be empty");
        Require(storage.Region.Length > 0, "Storage:Region", "must not be empty");
        Require(storage.MultipartExpiryHours > 0, "Storage:MultipartExpiryHours", "must be positive");
        Require(storage.CachedBytes >= 0, "Storage:CachedBytes", "must not be negative");
        Require(storage.BackendPatience > 0, "Storage:BackendPatience", "must be positive");
        Require(storage.ReconcileHours is >= 0 and <= 24 * 31, "Storage:ReconcileHours", "must be between 0 and 744");
        Require(storage.OrphanAgeHours > 0, "Storage:OrphanAgeHours", "must be positive");
        Require(
            storage.CdnPurgeUrl.Length == 0 || Uri.TryCreate(storage.CdnPurgeUrl, UriKind.Absolute, out var cdn) && cdn.Scheme is "http" or "https",
            "Storage:CdnPurgeUrl", "must be http:// or https://…");
        var images = storage.Images;
        Require(images.MaxSize is > 0 and <= 16_383, "Storage:Images:MaxSize", "must be between 1 and 16383");
        Require(images.MaxSourceBytes is > 0 and <= 100_000_000, "Storage:Images:MaxSourceBytes", "must be between 1 and 100000000");
        Require(images.MaxSourceMegapixels is > 0 and <= 1000, "Storage:Images:MaxSourceMegapixels", "must be between 1 and 1000");
        Require(images.MaxFrames > 0, "Storage:Images:MaxFrames", "must be positive");
        Require(images.TimeoutSeconds is > 0 and <= 600, "Storage:Images:TimeoutSeconds", "must be between 1 and 600");
        Require(images.Workers is >= 0 and <= 256, "Storage:Images:Workers", "must be between 0 and 256");
        Require(images.MaxRequests > 0, "Storage:Images:MaxRequests", "must be positive");
        Require(images.MemoryMegabytes is >= 64 and <= 65_536, "Storage:Images:MemoryMegabytes", "must be between 64 and 65536");
        Require(images.ImagesPerWorker > 0, "Storage:Images:ImagesPerWorker", "must be positive");
    }

    private static void CheckDb(GatewaySettings settings)
    {
        Require(settings.Db.Url.Length > 0, "Db:Url", "is missing; it says where the database is");
        Require(settings.Db.ServeAsLogin || settings.Db.LoginSecret.Length >= 32, "Db:LoginSecret", "must have at least 32 characters");
        Require(settings.Db.PoolSize >= 0, "Db:PoolSize", "must not be negative");
        Require(settings.Db.PoolSize != 1 || !settings.Rest.ChannelEnabled, "Db:PoolSize", "must be at least 2: one connection listens for reloads (Rest:ChannelEnabled)");
        Require(settings.Db.SharedReadConnections >= -1, "Db:SharedReadConnections", "must be -1 (one for two cores), 0 (none) or a number of connections");
        Require(settings.Db.SharedWriteConnections >= -1, "Db:SharedWriteConnections", "must be -1 (as many as suit Db:GroupCommits), 0 (none) or a number of connections");
        Require(settings.Db.PoolTimeout is > 0 and <= 1024, "Db:PoolTimeout", "must be between 1 and 1024");
        Require(settings.Db.AuthPoolSize > 0, "Db:AuthPoolSize", "must be positive");
        Require(settings.Db.StoragePoolSize >= 0, "Db:StoragePoolSize", "must not be negative");
    }

    private static void CheckGateway(GatewayOptions gateway)
    {
        foreach (var url in gateway.Urls.Split(';'))
            Require(Uri.TryCreate(url, UriKind.Absolute, out var address) && address.Scheme == Uri.UriSchemeHttp, "Gateway:Urls", "must be http://host:port, separated by semicolons");
        Require(gateway.MaxUrlBytes is > 0 and <= 1 << 20, "Gateway:MaxUrlBytes", "must be between 1 and 1048576");
        Require(gateway.MaxHeaderBytes is > 0 and <= 1 << 20, "Gateway:MaxHeaderBytes", "must be between 1 and 1048576");
        Require(gateway.ApiLogs.SampleRate is >= 0 and <= 1, "Gateway:ApiLogs:SampleRate", "must be between 0 and 1");
        foreach (var proxy in TrustedProxies.Split(gateway.TrustedProxies))
            Require(TrustedProxies.Parse(proxy) is not null, "Gateway:TrustedProxies", "must hold addresses or networks such as 10.0.0.0/8");
        Require(gateway.ShutdownSeconds >= 0, "Gateway:ShutdownSeconds", "must not be negative");
    }

    private static bool IsProxy(string text) => Uri.TryCreate(text, UriKind.Absolute, out var uri)
        && uri is { Scheme: "http" or "https", Host.Length: > 0, UserInfo: "", Query: "", Fragment: "", Port: > 0 };

    private static bool IsJsonObject(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return document.RootElement.ValueKind == JsonValueKind.Object;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static void OneOf(string value, string path, params string[] choices) =>
        Require(choices.Contains(value, StringComparer.Ordinal), path, $"must be one of {string.Join(", ", choices)}");

    private static void Require(bool holds, string path, string problem)
    {
        if (!holds) throw new SettingException(path, problem);
    }
}
