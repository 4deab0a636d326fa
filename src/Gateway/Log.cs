using Microsoft.Extensions.Logging;

namespace Hedgerow.Gateway;

/// <summary>Every line that the host writes to its log.</summary>
internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Error, "Request failed unexpectedly; the response carries error id {ErrorId}")]
    public static partial void Unexpected(ILogger logger, Exception exception, string errorId);

    [LoggerMessage(2, LogLevel.Information, "{Method} {Path} -> {Status} in {Milliseconds:0.0} ms")]
    public static partial void Served(ILogger logger, string method, string path, int status, double milliseconds);

    [LoggerMessage(3, LogLevel.Warning, "{Method} {Path} -> {Status} in {Milliseconds:0.0} ms")]
    public static partial void Refused(ILogger logger, string method, string path, int status, double milliseconds);

    [LoggerMessage(4, LogLevel.Error, "{Method} {Path} -> {Status} in {Milliseconds:0.0} ms")]
    public static partial void Failed(ILogger logger, string method, string path, int status, double milliseconds);

    [LoggerMessage(5, LogLevel.Warning, "Not ready: {Check}")]
    public static partial void NotReady(ILogger logger, Exception exception, string check);

    [LoggerMessage(6, LogLevel.Warning, "{Count} log entries or session touches could not be written")]
    public static partial void ActivityLost(ILogger logger, Exception exception, int count);
}
