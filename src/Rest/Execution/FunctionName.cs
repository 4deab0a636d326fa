using Hedgerow.Postgres;

namespace Hedgerow.Rest.Execution;

/// <summary>A function as a setting names it: <c>schema.name</c>, or <c>name</c> for one on the search path.</summary>
internal static class FunctionName
{
    public static QualifiedName Parse(string text)
    {
        var dot = text.IndexOf('.', StringComparison.Ordinal);
        return dot < 0 ? new("", text) : new(text[..dot], text[(dot + 1)..]);
    }
}
