using System.Collections.Immutable;

namespace Hedgerow.Rest.Request;

/// <summary>
/// A media type taken apart as PostgREST does it: the type ends at the first character that is none of its own, and of the
/// parameters those before the first malformed one count.
/// </summary>
/// <param name="Name">Type and subtype, in lower case.</param>
/// <param name="Parameters">In order, values without their quotes.</param>
internal sealed record MediaTypeTokens(string Name, ImmutableArray<KeyValuePair<string, string>> Parameters)
{
    /// <summary>Null where the text does not begin with a media type.</summary>
    public static MediaTypeTokens? Read(string text)
    {
        var slash = Run(text, 0, ".*");
        if (slash == 0 || slash == text.Length || text[slash] != '/') return null;
        var end = Run(text, slash + 1, ".*+-");
        if (end == slash + 1) return null;
        var parameters = ImmutableArray.CreateBuilder<KeyValuePair<string, string>>();
        for (var at = end; Parameter(text, ref at) is { } parameter;) parameters.Add(parameter);
        return new(text[..end].ToLowerInvariant(), parameters.ToImmutable());
    }

    /// <summary>Of two parameters of a name the last; null where there is none. Names in any case.</summary>
    public string? Parameter(string name)
    {
        for (var i = Parameters.Length - 1; i >= 0; i--)
            if (Parameters[i].Key.Equals(name, StringComparison.OrdinalIgnoreCase)) return Parameters[i].Value;
        return null;
    }

    private static KeyValuePair<string, string>? Parameter(string text, ref int at)
    {
        var name = Mark(text, at, ';');
        var nameEnd = name < 0 ? -1 : Run(text, name, "-");
        if (nameEnd <= name) return null;
        var value = Mark(text, nameEnd, '=');
        if (value < 0) return null;
        var quoted = value < text.Length && text[value] == '"';
        if (quoted && text.IndexOf('"', value + 1) is > 0 and var closing)
        {
            at = closing + 1;
            return new(text[name..nameEnd], text[(value + 1)..closing]);
        }
        var end = Run(text, value, "|-");
        if (end == value) return null;
        at = end;
        return new(text[name..nameEnd], text[value..end]);
    }

    /// <summary>Where the text goes on after a mark with space around it; -1 where the mark does not come next.</summary>
    private static int Mark(string text, int at, char mark)
    {
        at = SkipSpace(text, at);
        return at < text.Length && text[at] == mark ? SkipSpace(text, at + 1) : -1;
    }

    private static int SkipSpace(string text, int at)
    {
        while (at < text.Length && char.IsWhiteSpace(text[at])) at++;
        return at;
    }

    /// <summary>Where letters, digits and the characters of <paramref name="more"/> end.</summary>
    private static int Run(string text, int at, string more)
    {
        while (at < text.Length && (char.IsLetterOrDigit(text[at]) || more.Contains(text[at], StringComparison.Ordinal))) at++;
        return at;
    }
}
