using System.Data.Common;
using Dapper;

namespace Hedgerow.Auth.Data;

/// <summary>
/// Reads rows of one statement as two records; the second begins with the column that is called <c>id</c>. What is found out of the columns at the first
/// row holds for all: for what is asked most often, that is a good part of reading a row.
/// </summary>
public sealed class PairParser<TFirst, TSecond>
{
    private Func<DbDataReader, (TFirst, TSecond)>? _read;

    public (TFirst First, TSecond Second) Read(DbDataReader row) => (_read ??= For(row))(row);

    private static Func<DbDataReader, (TFirst, TSecond)> For(DbDataReader row)
    {
        var middle = row.GetOrdinal("id");
        var (first, second) = (row.GetRowParser<TFirst>(startIndex: 0, length: middle), row.GetRowParser<TSecond>(startIndex: middle));
        return rows => (first(rows), second(rows));
    }
}
