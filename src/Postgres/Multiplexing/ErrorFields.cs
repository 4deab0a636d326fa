namespace Hedgerow.Postgres.Multiplexing;

/// <summary>What a shared connection wants to know of an ErrorResponse (PostgreSQL documentation, 54.8 Error and Notice Message Fields).</summary>
internal static class ErrorFields
{
    /// <summary>Whether the session ends with it. The severity that no language translates stands in the field V.</summary>
    public static bool IsFatal(ReadOnlySpan<byte> body) => Field(body, 'V') is { IsEmpty: false } severity && !severity.SequenceEqual("ERROR"u8);

    /// <summary>Whether <c>statement_timeout</c> cut it: 57014, <c>query_canceled</c>.</summary>
    public static bool IsCancelled(ReadOnlySpan<byte> body) => Field(body, 'C').SequenceEqual("57014"u8);

    private static ReadOnlySpan<byte> Field(ReadOnlySpan<byte> body, char field)
    {
        while (body.Length > 1)
        {
            var end = body.IndexOf((byte)0);
            if (end < 1) return default;
            if (body[0] == (byte)field) return body[1..end];
            body = body[(end + 1)..];
        }
        return default;
    }
}
