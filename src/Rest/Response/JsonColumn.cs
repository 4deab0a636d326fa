namespace Hedgerow.Rest.Response;

/// <summary>A column of the answer: what stands before its value in each row, and how PostgreSQL's text of it becomes JSON.</summary>
/// <param name="Key"><c>{"name":</c>, or <c>,"name":</c> behind the first.</param>
internal readonly record struct JsonColumn(byte[] Key, JsonForm Form);

/// <summary>What <c>to_json</c> makes of a type (PostgreSQL documentation, 9.16.1).</summary>
internal enum JsonForm
{
    /// <summary>A string with the value's text in it.</summary>
    String,

    /// <summary>JSON already.</summary>
    Json,

    /// <summary>Its text, but for what JSON has no numbers for: <c>NaN</c>, <c>Infinity</c>.</summary>
    Number,

    Boolean,

    /// <summary>As the text where that is in the style ISO.</summary>
    Date,

    /// <summary>ISO 8601 with a <c>T</c>.</summary>
    Timestamp,

    /// <summary>The same, with minutes in its time zone.</summary>
    TimestampWithTimeZone,
}
