using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Hedgerow.Postgres;

/// <summary>
/// JSON from outside. RFC 8259 (8.2) lets a string hold half a surrogate pair (<c>"\ud800"</c>), which neither .NET's nor PostgreSQL's texts can: whoever
/// reads such a string throws. Here it is no JSON, like bytes that are no UTF-8.
/// </summary>
public static class UnicodeJson
{
    /// <exception cref="JsonException">It is no JSON, or not all of it is Unicode text.</exception>
    public static JsonDocument Parse(ReadOnlyMemory<byte> utf8, JsonDocumentOptions options = default) =>
        IsText(utf8.Span, options.MaxDepth) ? JsonDocument.Parse(utf8, options) : throw new JsonException("It holds what is no Unicode text.");

    /// <inheritdoc cref="Parse(ReadOnlyMemory{byte}, JsonDocumentOptions)"/>
    public static JsonDocument Parse(string text) => Parse(Encoding.UTF8.GetBytes(text));

    /// <summary>Whether all of it is Unicode text: what goes on as it came may be looked at by nobody before PostgreSQL.</summary>
    /// <param name="maxDepth">0: <see cref="JsonReaderOptions"/>'s own.</param>
    /// <exception cref="JsonException">It is no JSON.</exception>
    public static bool IsText(ReadOnlySpan<byte> utf8, int maxDepth = 0)
    {
        if (!Utf8.IsValid(utf8)) return false;
        if (utf8.IndexOf("\\u"u8) < 0) return true;
        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = maxDepth });
        try
        {
            while (reader.Read())
                if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName && reader.ValueIsEscaped) reader.GetString();
            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }
}
