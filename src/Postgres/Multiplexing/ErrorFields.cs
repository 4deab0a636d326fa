namespace Hedgerow.Postgres.Multiplexing;

/// <summary>What a shared connection wants to know of an ErrorResponse (PostgreSQL documentation, 54.8 Error and Notice Message Fields).</summary>
internal static class ErrorFields
{
    /// <summary>Whether the session ends with it. The severity that no language translates stands in the field V.</summary>
    public static bool IsFatal(ReadOnlySpan<byte> body)
    {
        while (body.Length > 1)
        {
            var end = body.IndexOf((byte)0);
            if (end < 1) return false;
            if (body[0] == (byte)'V') return !body[1..end].SequenceEqual("ERROR"u8);
            body = body[(end + 1)..];
        }
        return false;
    }
}
