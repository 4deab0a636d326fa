namespace Hedgerow.Auth.Tokens;

/// <summary>Reads <c>Authorization: Bearer …</c> (RFC 6750, 2.1; the scheme in any case).</summary>
public static class BearerToken
{
    private const string Scheme = "Bearer";

    /// <summary>
    /// True where the scheme is Bearer; <paramref name="token"/> is then what follows it, possibly nothing. Other schemes are
    /// not ours, and the request counts as one without a token (PostgREST).
    /// </summary>
    public static bool Find(string authorization, out ReadOnlySpan<char> token)
    {
        token = default;
        var text = authorization.AsSpan();
        if (!text.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)) return false;
        // A header's trailing blanks are trimmed on the wire: an empty token leaves the bare scheme.
        if (text.Length == Scheme.Length) return true;
        if (text[Scheme.Length] != ' ') return false;
        token = text[Scheme.Length..].Trim(' ');
        return true;
    }
}
