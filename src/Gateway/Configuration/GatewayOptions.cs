namespace Hedgerow.Gateway.Configuration;

/// <summary>Which requests are written to the log.</summary>
public enum RequestLog { Off, Errors, Failures, All }

/// <summary>The host itself. Section <c>Gateway</c>.</summary>
public sealed record GatewayOptions
{
    /// <summary>Addresses to listen on, semicolon list. Port 0 takes a free one.</summary>
    public string Urls { get; init; } = "http://127.0.0.1:8000";

    /// <summary>The address clients reach the platform under, without a trailing slash. Empty: the first of <see cref="Urls"/>.</summary>
    public string PublicUrl { get; init; } = "";

    /// <summary>Origins that browsers may call from, comma list (PostgREST's <c>server-cors-allowed-origins</c>). Empty: all.</summary>
    public string CorsAllowedOrigins { get; init; } = "";

    /// <summary>Proxies whose <c>X-Forwarded-For</c> is believed: addresses or networks (<c>10.0.0.0/8</c>), comma list. Empty: none.</summary>
    public string TrustedProxies { get; init; } = "";

    /// <summary>Off, Errors (5xx), Failures (4xx and 5xx) or All.</summary>
    public RequestLog RequestLog { get; init; } = RequestLog.Errors;

    /// <summary>Longest request target (path and query) in bytes; above it 414.</summary>
    public int MaxUrlBytes { get; init; } = 32 * 1024;

    /// <summary>Largest sum of all header names and values in bytes; above it 431.</summary>
    public int MaxHeaderBytes { get; init; } = 48 * 1024;

    /// <summary>Folder of the examples with pages, served under <c>/examples</c>; empty: none. <c>up</c> sets it with its embedded PostgreSQL.</summary>
    public string Examples { get; init; } = "";

    public ApiLogOptions ApiLogs { get; init; } = new();

    /// <summary>Seconds that a shutdown waits for requests in flight.</summary>
    public int ShutdownSeconds { get; init; } = 30;
}
