using System.Collections.Concurrent;

namespace Hedgerow.Realtime.Rows;

/// <summary>The types that columns have, by OID, asked once each.</summary>
public sealed class TypeCatalogue(RealtimeDatabase database)
{
    private static readonly ColumnType s_unknown = new("unknown", JsonForm.String, null, false);

    private readonly ConcurrentDictionary<uint, ColumnType> _known = new();

    public async ValueTask<ColumnType> FindAsync(uint oid, CancellationToken cancellation)
    {
        if (_known.TryGetValue(oid, out var known)) return known;
        var found = await LoadAsync(oid, cancellation);
        // One that is gone already is not remembered: its number may come back as another's.
        return found is null ? s_unknown : _known.GetOrAdd(oid, found);
    }

    private async Task<ColumnType?> LoadAsync(uint oid, CancellationToken cancellation)
    {
        // A domain looks like what it is made of; collations that find different texts equal make texts no measure.
        const string ask =
            """
            with recursive base as (
              select t.oid, t.typname::text as name, t.typbasetype, t.typtype, t.typelem, t.typlen, t.typcollation from pg_type t where t.oid = $1
              union all
              select t.oid, base.name, t.typbasetype, t.typtype, t.typelem, t.typlen, t.typcollation from base join pg_type t on t.oid = base.typbasetype
              where base.typtype = 'd')
            select b.name, b.oid, b.typtype::text, case when b.typlen = -1 and a.typname is not null then b.typelem else 0 end
            from base b left join pg_type a on a.oid = b.typelem and a.typarray = b.oid
            where b.typtype <> 'd'
            """;
        string name, kind;
        uint type, element;
        await using (var command = database.Command(ask))
        {
            command.Parameters.Add(new Npgsql.NpgsqlParameter<uint> { TypedValue = oid, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Oid });
            await using var row = await command.ExecuteReaderAsync(cancellation);
            if (!await row.ReadAsync(cancellation)) return null;
            (name, type, kind, element) = (row.GetString(0), row.GetFieldValue<uint>(1), row.GetString(2), row.GetFieldValue<uint>(3));
        }
        return element != 0
            ? new ColumnType(name, JsonForm.Array, await FindAsync(element, cancellation), false)
            : new ColumnType(name, FormOf(type), null, kind == "e" || IsComparable(type));
    }

    /// <summary>By the OIDs of PostgreSQL's pg_type.dat, which never change.</summary>
    private static JsonForm FormOf(uint type) => type switch
    {
        16 => JsonForm.Boolean,
        20 or 21 or 23 or 700 or 701 or 1700 => JsonForm.Number,
        114 or 3802 => JsonForm.Json,
        1114 => JsonForm.Timestamp,
        1184 => JsonForm.TimestampWithZone,
        _ => JsonForm.String,
    };

    /// <summary>bool, int8, int2, int4, text, oid, varchar, date, uuid. Text in a collation that is not deterministic is asked about like any other condition.</summary>
    private static bool IsComparable(uint type) => type is 16 or 20 or 21 or 23 or 25 or 26 or 1043 or 1082 or 2950;
}
