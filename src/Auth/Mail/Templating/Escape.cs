using System.Text.Encodings.Web;
using System.Text.RegularExpressions;
using System.Text.Unicode;

namespace Hedgerow.Auth.Mail.Templating;

/// <summary>How a value is written, after its place.</summary>
public enum Escape
{
    /// <summary>In a subject: as one line.</summary>
    Line,

    /// <summary>In text, and in attributes that are no links.</summary>
    Html,

    /// <summary>A link, or its beginning.</summary>
    Link,

    /// <summary>Behind the <c>?</c> or <c>#</c> of a link.</summary>
    LinkPart,
}

/// <summary>Writes values so that they stay values.</summary>
internal static partial class Escaping
{
    private static readonly HtmlEncoder s_html = HtmlEncoder.Create(UnicodeRanges.All);

    /// <param name="isTrusted">A link of the room's own, whose scheme the configuration allows.</param>
    public static string Apply(Escape escape, string value, bool isTrusted) => escape switch
    {
        Escape.Line => LineEnds().Replace(value, " ").Trim(),
        Escape.LinkPart => Uri.EscapeDataString(value),
        // What a user wrote into their metadata shall run no script.
        Escape.Link when !isTrusted && Scheme().Match(value) is { Success: true } scheme && !IsHarmless(scheme.Groups[1].Value) => "#blocked",
        _ => s_html.Encode(value),
    };

    private static bool IsHarmless(string scheme) => scheme.ToUpperInvariant() is "HTTP" or "HTTPS" or "MAILTO";

    [GeneratedRegex("""[\p{C}\p{Zl}\p{Zp}]+""", RegexOptions.CultureInvariant)]
    private static partial Regex LineEnds();

    // Browsers overlook white space and control characters before and within a scheme.
    [GeneratedRegex("""^[\s\p{C}]*([^/?#:]*):""", RegexOptions.CultureInvariant)]
    private static partial Regex Scheme();
}
