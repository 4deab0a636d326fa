namespace Hedgerow.Realtime.Rows;

/// <summary>How a type's text becomes JSON, as PostgreSQL's <c>to_jsonb</c> does it (documentation, 9.16 JSON Functions).</summary>
public enum JsonForm
{
    /// <summary>A JSON string: text, uuid, enums, ranges, and whatever is not below. Composite values stay PostgreSQL's row literals.</summary>
    String,
    Boolean,

    /// <summary>A JSON number; NaN and the infinities are strings.</summary>
    Number,

    /// <summary>json and jsonb: as it is.</summary>
    Json,

    /// <summary>ISO 8601 with a <c>T</c>.</summary>
    Timestamp,

    /// <summary>The same with an offset of hours and minutes.</summary>
    TimestampWithZone,
    Array,
}

/// <summary>A column's type.</summary>
/// <param name="Name">As <c>pg_type</c> names it: <c>int8</c>, <c>timestamptz</c>, <c>_text</c>; clients convert by it.</param>
/// <param name="Element">Of an array.</param>
/// <param name="Comparable">Two values are equal exactly where their texts are.</param>
public sealed record ColumnType(string Name, JsonForm Form, ColumnType? Element, bool Comparable);
