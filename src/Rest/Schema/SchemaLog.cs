using Microsoft.Extensions.Logging;

namespace Hedgerow.Rest.Schema;

/// <summary>What the schema cache and its listener tell.</summary>
internal static partial class SchemaLog
{
    [LoggerMessage(1, LogLevel.Information, "Listening on the channel {Channel} for schema reloads")]
    public static partial void Listening(ILogger logger, string channel);

    [LoggerMessage(2, LogLevel.Information, "Schema cache reloaded because of {Cause}: {Relations} relations, {Routines} functions, {Milliseconds} ms")]
    public static partial void Reloaded(ILogger logger, string cause, int relations, int routines, long milliseconds);

    [LoggerMessage(4, LogLevel.Warning, "Rest:Schemas names what the database has not: {Schemas}. Nothing is served from there until it is made")]
    public static partial void SchemasMissing(ILogger logger, string schemas);

    [LoggerMessage(3, LogLevel.Warning, "The schema cache could not be loaded; requests are answered from the one before. Next attempt in {Seconds} s")]
    public static partial void ReloadFailed(ILogger logger, Exception error, double seconds);
}
