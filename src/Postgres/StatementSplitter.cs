namespace Hedgerow.Postgres;

/// <summary>
/// Cuts a SQL file into its statements, as psql does: a semicolon ends one unless it stands in a string, a quoted name, a comment, dollar
/// quotes, parentheses (<c>create rule … do (a; b)</c>) or the <c>begin atomic … end</c> of a function body.
/// Sources: PostgreSQL documentation, 4.1 Lexical Structure; psql's own rule for <c>begin</c>, <c>case</c> and <c>end</c> after <c>create function</c>.
/// </summary>
public static class StatementSplitter
{
    /// <exception cref="FormatException">A string, name, comment or dollar quote is not closed; the message names the line where it opens.</exception>
    public static IReadOnlyList<Statement> Split(string text)
    {
        var statements = new List<Statement>();
        var begin = -1;                 // where the current statement begins; -1 before its first token
        var end = 0;                    // just behind its last token
        var parentheses = 0;
        var blocks = 0;                 // open begin/case blocks of a SQL-standard function body
        var words = new List<string>(4);

        void Close()
        {
            if (begin >= 0) statements.Add(new Statement(text[begin..end], begin));
            (begin, parentheses, blocks) = (-1, 0, 0);
            words.Clear();
        }

        for (var at = 0; at < text.Length;)
        {
            var c = text[at];
            if (char.IsWhiteSpace(c)) { at++; continue; }
            if (IsAt(text, at, "--")) { at = EndOfLine(text, at); continue; }
            if (IsAt(text, at, "/*")) { at = EndOfComment(text, at); continue; }
            if (c == ';' && parentheses == 0 && blocks == 0) { Close(); at++; continue; }

            if (begin < 0) begin = at;
            switch (c)
            {
                case '\'':
                    at = EndOfQuoted(text, at, backslashes: IsEscapeString(text, at));
                    break;
                case '"':
                    at = EndOfQuoted(text, at, backslashes: false);
                    break;
                case '$' when DollarTag(text, at) is { } tag:
                    at = EndOfDollarQuoted(text, at, tag);
                    break;
                case '(':
                    parentheses++;
                    at++;
                    break;
                case ')':
                    parentheses = Math.Max(0, parentheses - 1);
                    at++;
                    break;
                case var _ when char.IsLetter(c) || c == '_':
                    var start = at;
                    while (at < text.Length && IsNamePart(text[at])) at++;
                    // E'…' and the like: the quote belongs to the word before it.
                    Count(text[start..at].ToLowerInvariant());
                    break;
                case var _ when char.IsDigit(c):
                    while (at < text.Length && IsNamePart(text[at])) at++;
                    break;
                default:
                    at++;
                    break;
            }
            end = at;
        }
        Close();
        return statements;

        void Count(string word)
        {
            if (words.Count < 4) words.Add(word);
            if (parentheses > 0 || !IsRoutine(words)) return;
            if (word == "begin" || (blocks > 0 && word == "case")) blocks++;
            else if (word == "end" && blocks > 0) blocks--;
        }
    }

    // create [or replace] function|procedure
    private static bool IsRoutine(List<string> words) =>
        words is ["create", "function" or "procedure", ..] or ["create", "or", "replace", "function" or "procedure"];

    private static bool IsNamePart(char c) => char.IsLetterOrDigit(c) || c is '_' or '$';

    private static bool IsAt(string text, int at, string what) =>
        string.CompareOrdinal(text, at, what, 0, what.Length) == 0;

    private static bool IsEscapeString(string text, int quote) =>
        quote > 0 && text[quote - 1] is 'e' or 'E' && (quote == 1 || !IsNamePart(text[quote - 2]));

    private static int EndOfLine(string text, int at)
    {
        var newline = text.IndexOf('\n', at);
        return newline < 0 ? text.Length : newline + 1;
    }

    private static int EndOfComment(string text, int open)
    {
        var depth = 0;
        for (var at = open; at < text.Length;)
        {
            if (IsAt(text, at, "/*")) (depth, at) = (depth + 1, at + 2);
            else if (IsAt(text, at, "*/"))
            {
                at += 2;
                if (--depth == 0) return at;
            }
            else at++;
        }
        throw NotClosed(text, open, "comment");
    }

    private static int EndOfQuoted(string text, int open, bool backslashes)
    {
        var quote = text[open];
        for (var at = open + 1; at < text.Length; at++)
        {
            if (backslashes && text[at] == '\\') at++;
            else if (text[at] == quote)
            {
                if (at + 1 < text.Length && text[at + 1] == quote) at++;
                else return at + 1;
            }
        }
        throw NotClosed(text, open, quote == '"' ? "quoted name" : "string");
    }

    private static string? DollarTag(string text, int at)
    {
        var close = at + 1;
        while (close < text.Length && text[close] != '$' && IsNamePart(text[close])) close++;
        var isTag = close < text.Length && text[close] == '$' && !char.IsDigit(text[at + 1]);
        return isTag ? text[at..(close + 1)] : null;
    }

    private static int EndOfDollarQuoted(string text, int open, string tag)
    {
        var close = text.IndexOf(tag, open + tag.Length, StringComparison.Ordinal);
        return close >= 0 ? close + tag.Length : throw NotClosed(text, open, $"dollar quote {tag}");
    }

    private static FormatException NotClosed(string text, int open, string what) =>
        new($"line {ScriptFailure.LineOf(text, open)}: the {what} that opens here is never closed");
}
