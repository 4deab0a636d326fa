namespace Hedgerow.Rest.OpenApi;

/// <summary>A comment's first line is a summary, what follows it a description.</summary>
internal readonly record struct Comment(string? Summary, string? Description)
{
    public static Comment Split(string? text)
    {
        if (text is null) return default;
        var line = text.IndexOf('\n', StringComparison.Ordinal);
        if (line < 0) return new(text, null);
        var rest = text[line..].TrimStart('\n');
        return new(text[..line], rest.Length == 0 ? null : rest);
    }
}
