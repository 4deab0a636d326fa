namespace Hedgerow.Auth.Mail.Templating;

/// <summary>
/// Where in HTML a text ends: what a value needs that follows (html/template does the same). Knows as much of HTML as mails are made of.
/// </summary>
/// <param name="Kind">The state that reading is in.</param>
/// <param name="Name">Of the tag, or the raw element, that is open.</param>
/// <param name="Attribute">Of the attribute whose value is open.</param>
/// <param name="Value">The attribute's value so far; a value of the template counts as one character, or as what <see cref="After"/> was told.</param>
internal sealed record HtmlPlace(HtmlPlace.State Kind, string Name = "", string Attribute = "", string Value = "")
{
    internal enum State { Text, Comment, TagName, Tag, AttributeName, AfterAttribute, BeforeValue, DoubleQuoted, SingleQuoted, Unquoted, Raw }

    private static readonly HashSet<string> s_links = new(StringComparer.OrdinalIgnoreCase) { "href", "src", "action", "formaction", "background", "cite", "poster" };

    public static HtmlPlace Start { get; } = new(State.Text);

    /// <summary>How a value must be written here.</summary>
    /// <exception cref="FormatException">Values cannot be written safely here.</exception>
    public Escape EscapeHere() => Kind switch
    {
        State.Text => Escape.Html,
        State.DoubleQuoted or State.SingleQuoted when Attribute.StartsWith("on", StringComparison.OrdinalIgnoreCase)
            || Attribute.Equals("style", StringComparison.OrdinalIgnoreCase) || Attribute.Equals("srcset", StringComparison.OrdinalIgnoreCase) =>
            throw new FormatException($"a value may not stand in the attribute {Attribute}"),
        State.DoubleQuoted or State.SingleQuoted when !s_links.Contains(Attribute) => Escape.Html,
        State.DoubleQuoted or State.SingleQuoted when Value.Trim().Length == 0 => Escape.Link,
        State.DoubleQuoted or State.SingleQuoted => Value.AsSpan().ContainsAny('?', '#') ? Escape.LinkPart : Escape.Html,
        State.Raw => throw new FormatException($"a value may not stand inside <{Name}>"),
        State.Comment => throw new FormatException("a value may not stand inside a comment"),
        _ => throw new FormatException($"a value may only stand in text and in quoted attributes; here it is in the tag <{Name}>"),
    };

    /// <summary>The place behind <paramref name="text"/>.</summary>
    public HtmlPlace After(string text)
    {
        var place = this;
        for (var i = 0; i < text.Length; i++) place = place.Next(text, ref i);
        return place;
    }

    /// <summary>Whether what follows is read the same way in both places.</summary>
    public bool Matches(HtmlPlace other) => Kind == other.Kind && Name == other.Name && Attribute == other.Attribute;

    private HtmlPlace Next(string text, ref int i)
    {
        var c = text[i];
        switch (Kind)
        {
            case State.Text when c == '<' && text.AsSpan(i).StartsWith("<!--", StringComparison.Ordinal):
                i += 3;
                return new HtmlPlace(State.Comment);
            case State.Text when c == '<' && i + 1 < text.Length && (char.IsAsciiLetter(text[i + 1]) || text[i + 1] is '/' or '!'):
                return new HtmlPlace(State.TagName);
            case State.Comment when text.AsSpan(i).StartsWith("-->", StringComparison.Ordinal):
                i += 2;
                return Start;
            case State.Raw when text.AsSpan(i).StartsWith($"</{Name}", StringComparison.OrdinalIgnoreCase):
                i += Name.Length + 1;
                return new HtmlPlace(State.Tag, "/" + Name);
            case State.DoubleQuoted when c == '"':
            case State.SingleQuoted when c == '\'':
            case State.Unquoted when char.IsWhiteSpace(c):
                return new HtmlPlace(State.Tag, Name);
            case State.DoubleQuoted or State.SingleQuoted:
                return this with { Value = Value + c };
            case State.TagName or State.Tag or State.AttributeName or State.AfterAttribute or State.BeforeValue or State.Unquoted when c == '>':
                return Name.ToUpperInvariant() is "SCRIPT" or "STYLE" or "TITLE" or "TEXTAREA" ? new HtmlPlace(State.Raw, Name) : Start;
            case State.TagName:
                return char.IsWhiteSpace(c) ? this with { Kind = State.Tag } : this with { Name = Name + c };
            case State.Tag or State.AfterAttribute when !char.IsWhiteSpace(c) && c is not '=' and not '/':
                return new HtmlPlace(State.AttributeName, Name, c.ToString());
            case State.AttributeName or State.AfterAttribute when c == '=':
                return this with { Kind = State.BeforeValue };
            case State.AttributeName:
                return char.IsWhiteSpace(c) ? this with { Kind = State.AfterAttribute } : this with { Attribute = Attribute + c };
            case State.BeforeValue when !char.IsWhiteSpace(c):
                return this with { Kind = c switch { '"' => State.DoubleQuoted, '\'' => State.SingleQuoted, _ => State.Unquoted } };
            default:
                return this;
        }
    }
}
