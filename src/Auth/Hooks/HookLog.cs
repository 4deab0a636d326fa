using Microsoft.Extensions.Logging;

namespace Hedgerow.Auth.Hooks;

/// <summary>What hooks write to the log: never what they were given or answered.</summary>
internal static partial class HookLog
{
    [LoggerMessage(1, LogLevel.Warning, "{Hook} refused ({Code}): {Reason}")]
    public static partial void Refused(ILogger logger, Exception? cause, string hook, string code, string reason);
}
