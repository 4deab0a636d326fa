using System.Text.Json;

namespace Hedgerow.Auth.Mail.Templating;

/// <summary>What stands between the braces: <c>.Data.name</c>, <c>"text"</c>, <c>eq .Data.language "de"</c>.</summary>
public abstract record Expression
{
    /// <summary>A string, a Boolean or null.</summary>
    public abstract object? Evaluate(TemplateValues values);

    /// <summary>Whether an <c>if</c> takes the value for true: everything but nothing, an empty text and false (text/template).</summary>
    public bool IsTrue(TemplateValues values) => Evaluate(values) is { } value && value is not "" and not false;

    /// <summary>The value as it is printed.</summary>
    public string Print(TemplateValues values) => Evaluate(values) switch
    {
        null => "",
        bool truth => truth ? "true" : "false",
        var value => (string)value,
    };

    /// <summary>A variable: its name, and the way down where it is an object.</summary>
    public sealed record Variable(string Name, IReadOnlyList<string> Path) : Expression
    {
        public override object? Evaluate(TemplateValues values) => values.Find(Name, Path);
    }

    /// <summary>A text.</summary>
    public sealed record Literal(string Text) : Expression
    {
        public override object Evaluate(TemplateValues values) => Text;
    }

    /// <summary>The opposite.</summary>
    public sealed record Not(Expression Operand) : Expression
    {
        public override object Evaluate(TemplateValues values) => !Operand.IsTrue(values);
    }

    /// <summary>Whether the first is one of the others (<c>eq</c>), or differs from the one other (<c>ne</c>).</summary>
    public sealed record Compare(Expression Operand, IReadOnlyList<Expression> Others, bool Equal) : Expression
    {
        public override object Evaluate(TemplateValues values)
        {
            var text = Operand.Print(values);
            return Others.Any(other => other.Print(values) == text) == Equal;
        }
    }

    /// <summary>The first that is true (<c>or</c>) or false (<c>and</c>), else the last.</summary>
    public sealed record Combine(IReadOnlyList<Expression> Operands, bool Any) : Expression
    {
        public override object? Evaluate(TemplateValues values) =>
            (Operands.FirstOrDefault(operand => operand.IsTrue(values) == Any) ?? Operands[^1]).Evaluate(values);
    }
}

/// <summary>The variables of one mail.</summary>
/// <param name="texts">By GoTrue's names, without <c>Data</c>. One that a mail has not is empty.</param>
/// <param name="data">The user's metadata: a JSON object.</param>
public sealed class TemplateValues(IReadOnlyDictionary<string, string> texts, JsonElement data)
{
    /// <summary>The variable that holds an object.</summary>
    public const string Data = "Data";

    public const string ConfirmationUrl = "ConfirmationURL";
    public const string SiteUrl = "SiteURL";
    public const string RedirectTo = "RedirectTo";

    /// <summary>All that a template may name.</summary>
    public static IReadOnlyList<string> Names { get; } =
        [ConfirmationUrl, "Token", "TokenHash", SiteUrl, RedirectTo, Data, "Email", "NewEmail", "SendingTo", "OldEmail", "Phone", "OldPhone", "Provider", "FactorType"];

    internal object? Find(string name, IReadOnlyList<string> path)
    {
        if (name != Data) return texts.GetValueOrDefault(name);
        var found = data;
        foreach (var member in path)
        {
            if (found.ValueKind != JsonValueKind.Object || !found.TryGetProperty(member, out found)) return null;
        }
        return found.ValueKind switch
        {
            JsonValueKind.String => found.GetString(),
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            JsonValueKind.Null or JsonValueKind.Undefined => null,
            JsonValueKind.Object when !found.EnumerateObject().Any() => null,
            JsonValueKind.Array when found.GetArrayLength() == 0 => null,
            _ => found.GetRawText(),
        };
    }
}
