using System.Text.RegularExpressions;

namespace Hedgerow.Auth.Mail.Templating;

/// <summary>Reads the part of Go's template language that mails are written in: values, <c>if</c>, comments, <c>{{-</c> and <c>-}}</c>.</summary>
/// <param name="isHtml">A body; else a subject, which is plain text.</param>
internal sealed partial class TemplateParser(string source, bool isHtml)
{
    private readonly MatchCollection _actions = Action().Matches(source);
    private int _next;
    private int _position;
    private HtmlPlace _place = HtmlPlace.Start;

    /// <exception cref="FormatException">The template is broken; the message begins with the line.</exception>
    public IReadOnlyList<TemplateNode> Parse()
    {
        try
        {
            var nodes = Nodes(out var end);
            if (end is not null) throw new FormatException($"{{{{ {end} }}}} without {{{{ if }}}}");
            if (isHtml && _place.Kind != HtmlPlace.State.Text) throw new FormatException($"the tag <{_place.Name}> is not closed");
            return nodes;
        }
        catch (FormatException e)
        {
            throw new FormatException($"line {source.AsSpan(0, Math.Min(_position, source.Length)).Count('\n') + 1}: {e.Message}", e);
        }
    }

    /// <summary>Reads until the text, or the block, ends: <paramref name="end"/> is then what ended it.</summary>
    private List<TemplateNode> Nodes(out string? end)
    {
        var nodes = new List<TemplateNode>();
        while (true)
        {
            var action = _next < _actions.Count ? _actions[_next] : null;
            AddText(nodes, source[_position..(action?.Index ?? source.Length)], action?.Value.StartsWith("{{- ", StringComparison.Ordinal) == true);
            _position = action?.Index ?? source.Length;
            end = null;
            if (action is null) return nodes;
            _next++;
            var inner = action.Groups["inner"].Value.Trim();
            if (inner == "end" || inner == "else" || inner.StartsWith("else if ", StringComparison.Ordinal))
            {
                _position = EndOf(action);
                end = inner;
                return nodes;
            }
            if (inner.StartsWith("if ", StringComparison.Ordinal))
            {
                nodes.Add(Choice(action, inner[3..]));
                continue;
            }
            if (Value(inner) is { } value) nodes.Add(value);
            _position = EndOf(action);
        }
    }

    private TemplateNode.Value? Value(string inner)
    {
        if (inner.StartsWith("/*", StringComparison.Ordinal) && inner.EndsWith("*/", StringComparison.Ordinal)) return null;
        if (inner.StartsWith("range ", StringComparison.Ordinal) || inner.StartsWith("with ", StringComparison.Ordinal) || inner.StartsWith("template ", StringComparison.Ordinal))
            throw new FormatException($"{{{{ {inner} }}}} is not supported; there are values, if, else and end");
        var expression = ExpressionParser.Parse(inner);
        if (!isHtml) return new TemplateNode.Value(expression, Escape.Line);
        var escape = _place.EscapeHere();
        // What comes behind a whole link with parameters is another parameter.
        _place = _place.After(expression is Expression.Variable { Name: TemplateValues.ConfirmationUrl } ? "x?" : "x");
        return new TemplateNode.Value(expression, escape);
    }

    private TemplateNode.Choice Choice(Match opening, string condition)
    {
        var branches = new List<TemplateNode.Branch>();
        var before = _place;
        HtmlPlace? after = null;
        Expression? current = ExpressionParser.Parse(condition);
        _position = EndOf(opening);
        while (true)
        {
            _place = before;
            branches.Add(new TemplateNode.Branch(current, Nodes(out var end)));
            if (end is null) throw new FormatException("{{ if }} has no {{ end }}");
            if (isHtml && after is not null && !after.Matches(_place)) throw new FormatException("the branches of an {{ if }} end in different places of the HTML");
            after = _place;
            if (end == "end") break;
            if (current is null) throw new FormatException($"{{{{ {end} }}}} behind {{{{ else }}}}");
            current = end == "else" ? null : ExpressionParser.Parse(end["else if ".Length..]);
        }
        if (isHtml && current is not null && !before.Matches(after)) throw new FormatException("an {{ if }} without {{ else }} ends in another place of the HTML than it begins");
        return new TemplateNode.Choice(branches);
    }

    private void AddText(List<TemplateNode> nodes, string text, bool trimsEnd)
    {
        if (text.Contains("{{", StringComparison.Ordinal))
        {
            _position += text.IndexOf("{{", StringComparison.Ordinal);
            throw new FormatException("{{ has no }}");
        }
        if (trimsEnd) text = text.TrimEnd();
        if (text.Length == 0) return;
        if (isHtml) _place = _place.After(text);
        nodes.Add(new TemplateNode.Text(text));
    }

    /// <summary>The place behind an action, and behind the white space that it takes away.</summary>
    private int EndOf(Match action)
    {
        var end = action.Index + action.Length;
        if (action.Value.EndsWith(" -}}", StringComparison.Ordinal))
        {
            while (end < source.Length && char.IsWhiteSpace(source[end])) end++;
        }
        return end;
    }

    [GeneratedRegex("""\{\{(?:- )?(?<inner>(?:(?!\}\}|\{\{)[\s\S])*?)(?: -)?\}\}""", RegexOptions.CultureInvariant)]
    private static partial Regex Action();
}
