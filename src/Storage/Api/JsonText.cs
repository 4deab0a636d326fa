using System.Text.Json;

namespace Hedgerow.Storage.Api;

/// <summary>What JSON may say and no text of .NET's or PostgreSQL's can hold.</summary>
internal static class JsonText
{
    /// <summary>False: a string in it has half a character (<c>"\ud800"</c>), and whoever reads that throws.</summary>
    /// <exception cref="JsonException">It is no JSON.</exception>
    public static bool IsWhole(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
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
