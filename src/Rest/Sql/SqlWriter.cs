using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Hedgerow.Postgres;
using Hedgerow.Postgres.Execution;
using QuotedSql = Hedgerow.Postgres.Sql;

namespace Hedgerow.Rest.Sql;

/// <summary>A statement in the making. Values become parameters, names go through <see cref="QuotedSql"/>; <see cref="Raw"/> takes only this program's own words.</summary>
internal sealed class SqlWriter
{
    private const int Kept = 16 * 1024;

    /// <summary>A buffer a thread: every request writes a statement.</summary>
    [ThreadStatic]
    private static StringBuilder? _spare;

    private readonly StringBuilder _text;
    private readonly ImmutableArray<SqlValue>.Builder _values = ImmutableArray.CreateBuilder<SqlValue>();

    public SqlWriter(string planKey)
    {
        (_text, _spare) = (_spare ?? new StringBuilder(2048), null);
        _text.Append(QuotedSql.Comment(planKey));
    }

    public SqlWriter Raw(string sql)
    {
        _text.Append(sql);
        return this;
    }

    public SqlWriter Name(string name) => Raw(QuotedSql.Identifier(name));

    public SqlWriter Name(QualifiedName name) => Raw(QuotedSql.Identifier(name));

    /// <summary><c>source.column</c>; <c>source.*</c> for <c>*</c>.</summary>
    public SqlWriter Column(QualifiedName source, string column)
    {
        Name(source).Raw(".");
        return column == "*" ? Raw("*") : Name(column);
    }

    /// <summary><c>$n</c>, whose type the server infers.</summary>
    public SqlWriter Value(string? text) => Parameter(new SqlValue(text));

    public SqlWriter Value(ReadOnlyMemory<byte>? bytes) => Parameter(new SqlValue(null, bytes));

    private SqlWriter Parameter(SqlValue value)
    {
        _values.Add(value);
        _text.Append('$').Append(_values.Count.ToString(CultureInfo.InvariantCulture));
        return this;
    }

    public SqlWriter List<T>(string separator, ImmutableArray<T> items, Action<T> write)
    {
        for (var i = 0; i < items.Length; i++)
        {
            if (i > 0) Raw(separator);
            write(items[i]);
        }
        return this;
    }

    /// <summary>The statement; nothing more may be written.</summary>
    public SqlStatement Finish()
    {
        var statement = new SqlStatement(_text.ToString(), _values.DrainToImmutable());
        if (_text.Capacity <= Kept) _spare = _text.Clear();
        return statement;
    }
}
