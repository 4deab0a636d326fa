using System.Buffers;
using System.Collections.Frozen;

namespace Hedgerow.Postgres.Errors;

/// <summary>What HTTP allows of a header that SQL chose (RFC 9110, 5.1 and 6.1).</summary>
public static class HttpHeader
{
    private static readonly SearchValues<char> s_token =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    /// <summary>They say where a message ends, which only the server knows: another length leaves a client waiting.</summary>
    private static readonly FrozenSet<string> s_framing =
        FrozenSet.Create(StringComparer.OrdinalIgnoreCase, "Connection", "Content-Length", "Keep-Alive", "TE", "Trailer", "Transfer-Encoding", "Upgrade");

    /// <summary>Whether a header can have that name.</summary>
    public static bool IsName(string name) => name.Length > 0 && !name.AsSpan().ContainsAnyExcept(s_token);

    /// <summary>Whether it frames the message or belongs to the connection; such a header is left out.</summary>
    public static bool Frames(string name) => s_framing.Contains(name);
}
