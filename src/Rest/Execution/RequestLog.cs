using Microsoft.Extensions.Logging;

namespace Hedgerow.Rest.Execution;

/// <summary>What requests give rise to say.</summary>
internal static partial class RequestLog
{
    [LoggerMessage(10, LogLevel.Warning,
        "{Method} {Path} names embedded resources by their relation although they have an alias; that will stop working. In filters, orders and limits, change {Renames}")]
    public static partial void LegacyTargetNames(ILogger logger, string method, string path, string renames);
}
