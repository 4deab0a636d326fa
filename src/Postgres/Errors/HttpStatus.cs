namespace Hedgerow.Postgres.Errors;

/// <summary>What HTTP allows of a status that SQL chose (RFC 9110, 15).</summary>
public static class HttpStatus
{
    /// <summary>Whether it can end a request: an informational one (1xx) would leave the client waiting for another.</summary>
    public static bool IsFinal(int status) => status is >= 200 and <= 999;

    /// <summary>Whether no content may follow it: the web server refuses to send any.</summary>
    public static bool HasNoContent(int status) => status is 204 or 205 or 304;
}
