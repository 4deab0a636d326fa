using System.Net;
using Npgsql;
using NpgsqlTypes;

namespace Hedgerow.Cli.Seed;

/// <summary>
/// One row of a binary COPY, value after value in the order of the columns; null is NULL. Writing is synchronous: values go
/// into Npgsql's buffer, and awaiting thirty million of them would cost more than sending them.
/// </summary>
public sealed class RowWriter(NpgsqlBinaryImporter importer)
{
    public void Start() => importer.StartRow();

    public RowWriter Id(Seeded kind, int index) => Uuid(SeedId.At(kind, index));

    public RowWriter Uuid(Guid? value) => Value(value, NpgsqlDbType.Uuid);

    public RowWriter Text(string? value) => Reference(value, NpgsqlDbType.Text);

    public RowWriter Json(string? value) => Reference(value, NpgsqlDbType.Jsonb);

    public RowWriter Texts(string[]? value) => Reference(value, NpgsqlDbType.Array | NpgsqlDbType.Text);

    public RowWriter Address(IPAddress? value) => Reference(value, NpgsqlDbType.Inet);

    public RowWriter Int(int? value) => Value(value, NpgsqlDbType.Integer);

    public RowWriter Number(decimal? value) => Value(value, NpgsqlDbType.Numeric);

    public RowWriter Flag(bool? value) => Value(value, NpgsqlDbType.Boolean);

    /// <summary>A timestamptz.</summary>
    public RowWriter Time(DateTime? value) => Value(value, NpgsqlDbType.TimestampTz);

    private RowWriter Value<T>(T? value, NpgsqlDbType type) where T : struct
    {
        if (value is { } some)
            importer.Write(some, type);
        else
            importer.WriteNull();
        return this;
    }

    private RowWriter Reference<T>(T? value, NpgsqlDbType type) where T : class
    {
        if (value is null)
            importer.WriteNull();
        else
            importer.Write(value, type);
        return this;
    }
}
