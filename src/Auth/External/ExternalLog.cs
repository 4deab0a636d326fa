using Microsoft.Extensions.Logging;

namespace Hedgerow.Auth.External;

/// <summary>What is logged about providers: never a code, a token or a secret.</summary>
internal static partial class ExternalLog
{
    [LoggerMessage(1, LogLevel.Warning, "Provider at {Url} is of no use: {Reason}")]
    public static partial void ProviderFailed(ILogger logger, string url, string reason);

    [LoggerMessage(2, LogLevel.Warning, "Provider {Provider} refuses to redeem a code: {Error}")]
    public static partial void CodeRefused(ILogger logger, string provider, string error);
}
