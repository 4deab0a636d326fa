using Microsoft.Extensions.Logging;

namespace Hedgerow.Storage;

/// <summary>Every line that the room writes to the log.</summary>
internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Warning, "{Count} stored versions could not be removed; reconciling will find them")]
    public static partial void BytesLeft(ILogger logger, Exception exception, int count);

    [LoggerMessage(2, LogLevel.Error, "The object store failed: {Fault}")]
    public static partial void BackendFailed(ILogger logger, Exception exception, string fault);

    [LoggerMessage(3, LogLevel.Error, "The object {Id} points at bytes that are not in the store")]
    public static partial void BytesMissing(ILogger logger, Guid id);

    [LoggerMessage(4, LogLevel.Error, "The database cannot be reached")]
    public static partial void DatabaseFailed(ILogger logger, Exception exception);

    [LoggerMessage(5, LogLevel.Information, "Reconciled {Stored} stored versions: {Orphans} without an object and {Unfinished} unfinished ones removed")]
    public static partial void Reconciled(ILogger logger, long stored, long orphans, int unfinished);

    [LoggerMessage(20, LogLevel.Warning, "A process that rendered an image ended with {ExitCode}; another takes its place")]
    public static partial void ImageWorkerEnded(ILogger logger, int exitCode);

    [LoggerMessage(30, LogLevel.Error, "An S3 call failed unexpectedly; the response carries request id {RequestId}")]
    public static partial void S3CallFailed(ILogger logger, Exception exception, string requestId);

    [LoggerMessage(6, LogLevel.Warning, "The store could not be reconciled; the next run tries again")]
    public static partial void ReconcileFailed(ILogger logger, Exception exception);
}
