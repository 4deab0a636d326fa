using System.Text.RegularExpressions;

namespace Hedgerow.Auth.Mail.Templating;

/// <summary>Reads what stands between the braces: variables, quoted texts, <c>not</c>, <c>eq</c>, <c>ne</c>, <c>and</c>, <c>or</c>, parentheses.</summary>
internal sealed partial class ExpressionParser
{
    private readonly List<string> _tokens;
    private int _next;

    private ExpressionParser(string text)
    {
        _tokens = [.. Token().Matches(text).Select(match => match.Value)];
        // What no token covers is what this language does not have.
        if (Token().Replace(text, "").Trim() is { Length: > 0 } rest) throw new FormatException($"\"{rest}\" is not understood in {{{{ {text} }}}}");
    }

    /// <exception cref="FormatException">The text is no expression, or names a variable that mails do not have.</exception>
    public static Expression Parse(string text)
    {
        var parser = new ExpressionParser(text);
        var expression = parser.Call();
        if (parser._next < parser._tokens.Count) throw new FormatException($"\"{parser._tokens[parser._next]}\" is too much in {{{{ {text} }}}}");
        return expression;
    }

    private Expression Call()
    {
        var function = Peek() is "not" or "eq" or "ne" or "and" or "or" ? _tokens[_next++] : null;
        if (function is null) return Operand();
        var operands = new List<Expression>();
        while (Peek() is not null and not ")") operands.Add(Operand());
        return (function, operands.Count) switch
        {
            ("not", 1) => new Expression.Not(operands[0]),
            ("eq", >= 2) => new Expression.Compare(operands[0], operands[1..], Equal: true),
            ("ne", 2) => new Expression.Compare(operands[0], operands[1..], Equal: false),
            ("and" or "or", >= 2) => new Expression.Combine(operands, Any: function == "or"),
            _ => throw new FormatException($"{function} cannot have {operands.Count} operands"),
        };
    }

    private Expression Operand()
    {
        var token = Peek() ?? throw new FormatException("a value is missing");
        _next++;
        switch (token[0])
        {
            case '.':
                return Variable(token);
            case '"':
                return new Expression.Literal(token[1..^1]);
            case '(':
                var inner = Call();
                if (Peek() != ")") throw new FormatException("a parenthesis is not closed");
                _next++;
                return inner;
            default:
                throw new FormatException($"\"{token}\" is not known here; there are variables such as .Token, if, else, end, not, eq, ne, and, or");
        }
    }

    private static Expression.Variable Variable(string token)
    {
        string[] parts = token[1..].Split('.');
        if (!TemplateValues.Names.Contains(parts[0], StringComparer.Ordinal) || (parts.Length > 1 && parts[0] != TemplateValues.Data))
            throw new FormatException($"there is no variable {token}; there are {string.Join(", ", TemplateValues.Names.Select(name => "." + name))} and members of .Data");
        return new Expression.Variable(parts[0], parts[1..]);
    }

    private string? Peek() => _next < _tokens.Count ? _tokens[_next] : null;

    [GeneratedRegex("""\.[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*|"[^"\\]*"|[()]|[A-Za-z_]+""", RegexOptions.CultureInvariant)]
    private static partial Regex Token();
}
