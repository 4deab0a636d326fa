using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using Hedgerow.Postgres.Multiplexing;

namespace Hedgerow.Rest.Response;

/// <summary>
/// Columns whose text can be written as JSON here, byte for byte as <c>row_to_json</c> would: not arrays and rows, nor types of
/// one's own, which may have a cast to JSON. Enumerations are known by the schema cache.
/// </summary>
internal static class JsonColumns
{
    /// <summary>Object identifiers of built-in types (<c>pg_type.dat</c>), which never change.</summary>
    private static readonly FrozenDictionary<uint, JsonForm> s_forms = Forms().ToFrozenDictionary();

    public static bool TryDescribe(RowDescription description, FrozenSet<uint> enums, [NotNullWhen(true)] out JsonColumn[]? columns)
    {
        columns = new JsonColumn[description.Columns.Length];
        for (var i = 0; i < columns.Length; i++)
        {
            var (name, type) = description.Columns[i];
            if (!s_forms.TryGetValue(type, out var form) && !enums.Contains(type))
            {
                columns = null;
                return false;
            }
            columns[i] = new(JsonText.Key(name, isFirst: i == 0), form);
        }
        return true;
    }

    private static Dictionary<uint, JsonForm> Forms()
    {
        var forms = new Dictionary<uint, JsonForm>
        {
            [16] = JsonForm.Boolean,
            [114] = JsonForm.Json, // json
            [3802] = JsonForm.Json, // jsonb
            [1082] = JsonForm.Date,
            [1114] = JsonForm.Timestamp,
            [1184] = JsonForm.TimestampWithTimeZone,
        };
        // int8, int2, int4, float4, float8, numeric
        foreach (var number in (ReadOnlySpan<uint>)[20, 21, 23, 700, 701, 1700]) forms[number] = JsonForm.Number;
        ReadOnlySpan<uint> strings =
        [
            17, 18, 19, 25, 26, 142, // bytea, "char", name, text, oid, xml
            650, 774, 790, 829, 869, // cidr, macaddr8, money, macaddr, inet
            1042, 1043, 1083, 1186, 1266, 1560, 1562, // bpchar, varchar, time, interval, timetz, bit, varbit
            2950, 3614, 3615, // uuid, tsvector, tsquery
            3904, 3906, 3908, 3910, 3912, 3926, // ranges
        ];
        foreach (var text in strings) forms[text] = JsonForm.String;
        return forms;
    }
}
