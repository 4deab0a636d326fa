using Microsoft.Extensions.Logging;

namespace Hedgerow.Auth.Tokens.Rotation;

/// <summary>What key rotation writes to the log: ids, never keys.</summary>
internal static partial class KeyLog
{
    [LoggerMessage(1, LogLevel.Information, "Signing keys changed: {Count} beside the configured ones; the key that signs is {Signer}")]
    public static partial void Reloaded(ILogger logger, int count, string signer);

    [LoggerMessage(2, LogLevel.Error, "Signing keys could not be read; those known so far stay in force")]
    public static partial void ReloadFailed(ILogger logger, Exception exception);
}
