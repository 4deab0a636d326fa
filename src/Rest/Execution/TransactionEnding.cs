using Hedgerow.Postgres.Execution;
using Hedgerow.Rest.Request;

namespace Hedgerow.Rest.Execution;

/// <summary><c>Rest:TxEnd</c> and <c>Prefer: tx</c> (PostgREST, Transaction End).</summary>
internal static class TransactionEnding
{
    public static TransactionEnd Of(RestOptions options, Preferences preferences) => Applied(options, preferences) switch
    {
        true => TransactionEnd.Commit,
        false => TransactionEnd.Rollback,
        null => options.TxEnd.StartsWith("rollback", StringComparison.Ordinal) ? TransactionEnd.Rollback : TransactionEnd.Commit,
    };

    /// <summary>The preference where the settings allow one.</summary>
    public static bool? Applied(RestOptions options, Preferences preferences) =>
        options.TxEnd.EndsWith("-allow-override", StringComparison.Ordinal) ? preferences.Commit : null;
}
