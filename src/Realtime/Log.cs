using Microsoft.Extensions.Logging;

namespace Hedgerow.Realtime;

/// <summary>Every line that the room writes to the log. No claims, no row data.</summary>
internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Warning, "Realtime is off: the server runs with wal_level={Level}. Set wal_level=logical and restart PostgreSQL to turn it on")]
    public static partial void WalLevelTooLow(ILogger logger, string level);

    [LoggerMessage(2, LogLevel.Information, "Realtime follows the write-ahead log through the slot {Slot} from {Lsn}")]
    public static partial void Following(ILogger logger, string slot, string lsn);

    [LoggerMessage(3, LogLevel.Warning, "Realtime lost the write-ahead log ({Problem}); next attempt in {Seconds} s")]
    public static partial void ReaderFailed(ILogger logger, string problem, double seconds);

    [LoggerMessage(4, LogLevel.Warning, "The write-ahead log from {From} on is not kept any more; subscribers are told to read their rows again")]
    public static partial void LogGone(ILogger logger, string from);

    [LoggerMessage(5, LogLevel.Warning, "The policies of {Table} cannot be evaluated for the role {Role}, so its subscribers do not see the row: {Problem}")]
    public static partial void PolicyFailed(ILogger logger, string table, string role, string problem);

    [LoggerMessage(6, LogLevel.Warning, "Realtime cannot ask the database ({Problem}); next attempt in {Seconds} s")]
    public static partial void CheckFailed(ILogger logger, string problem, double seconds);

    [LoggerMessage(7, LogLevel.Warning, "Realtime could not keep its slots and partitions ({Problem})")]
    public static partial void UpkeepFailed(ILogger logger, string problem);

    [LoggerMessage(8, LogLevel.Warning, "Realtime could not pass {Count} messages to the other gateways ({Problem})")]
    public static partial void BackplaneFailed(ILogger logger, int count, string problem);

    [LoggerMessage(9, LogLevel.Error, "A realtime socket failed unexpectedly")]
    public static partial void SocketFailed(ILogger logger, Exception exception);

    [LoggerMessage(11, LogLevel.Warning, "Realtime could not read the log again for clients that were away ({Problem}); next attempt in {Seconds} s")]
    public static partial void ReplayFailed(ILogger logger, string problem, double seconds);

    [LoggerMessage(10, LogLevel.Error, "Realtime failed unexpectedly")]
    public static partial void EngineFailed(ILogger logger, Exception exception);
}
