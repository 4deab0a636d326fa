namespace Hedgerow.Auth.Mail.Templating;

/// <summary>A piece of a template.</summary>
internal abstract record TemplateNode
{
    /// <summary>Text as it stands there.</summary>
    public sealed record Text(string Content) : TemplateNode;

    /// <summary>A value.</summary>
    public sealed record Value(Expression Expression, Escape Escape) : TemplateNode;

    /// <summary><c>if … else if … else … end</c>: the first branch whose condition holds; the last branch's condition may be null.</summary>
    public sealed record Choice(IReadOnlyList<Branch> Branches) : TemplateNode;

    /// <param name="Condition">Null: always.</param>
    public sealed record Branch(Expression? Condition, IReadOnlyList<TemplateNode> Nodes);
}
