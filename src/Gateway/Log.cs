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

    [LoggerMessage(EventId = 10, Message = "{Sql}")]
    public static partial void Executed(ILogger logger, LogLevel level, string sql);

    [LoggerMessage(5, LogLevel.Warning, "Not ready: {Check}")]
    public static partial void NotReady(ILogger logger, Exception exception, string check);

    [LoggerMessage(6, LogLevel.Warning, "{Count} log entries or session touches could not be written")]
    public static partial void ActivityLost(ILogger logger, Exception exception, int count);

    [LoggerMessage(7, LogLevel.Information, "The configuration was read again; what changed of it holds")]
    public static partial void SettingsChanged(ILogger logger);

    [LoggerMessage(8, LogLevel.Error, "The configuration was read again and is wrong; what held before goes on to. {Problem}")]
    public static partial void SettingsRefused(ILogger logger, string problem);

    [LoggerMessage(9, LogLevel.Warning, "pgrst.jwt_secret in the database is ignored: Auth signs with Jwt:Secret, and tokens must verify with the same key")]
    public static partial void SecretIgnored(ILogger logger);
}
