using System.Text;

namespace Hedgerow.Auth.Mail.Templating;

/// <summary>A mail's body or subject, read once.</summary>
public sealed class Template
{
    private readonly IReadOnlyList<TemplateNode> _nodes;

    private Template(IReadOnlyList<TemplateNode> nodes) => _nodes = nodes;

    /// <summary>A body: values are escaped after the place in the HTML that they stand in.</summary>
    /// <exception cref="FormatException">The template is broken; the message names the line.</exception>
    public static Template Html(string source) => new(new TemplateParser(source, isHtml: true).Parse());

    /// <summary>A subject: one line of plain text.</summary>
    /// <exception cref="FormatException">The template is broken.</exception>
    public static Template Line(string source) => new(new TemplateParser(source, isHtml: false).Parse());

    public string Render(TemplateValues values)
    {
        var text = new StringBuilder();
        Write(_nodes);
        return text.ToString();

        void Write(IReadOnlyList<TemplateNode> nodes)
        {
            foreach (var node in nodes)
            {
                switch (node)
                {
                    case TemplateNode.Text plain:
                        text.Append(plain.Content);
                        break;
                    case TemplateNode.Value value:
                        text.Append(Escaping.Apply(value.Escape, value.Expression.Print(values), IsOwnLink(value.Expression)));
                        break;
                    case TemplateNode.Choice choice:
                        if (choice.Branches.FirstOrDefault(branch => branch.Condition?.IsTrue(values) != false) is { } taken) Write(taken.Nodes);
                        break;
                }
            }
        }
    }

    private static bool IsOwnLink(Expression expression) =>
        expression is Expression.Variable { Name: TemplateValues.ConfirmationUrl or TemplateValues.SiteUrl or TemplateValues.RedirectTo };
}
