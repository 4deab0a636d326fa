using System.Text.Encodings.Web;
using System.Text.Json;

namespace Hedgerow.Realtime.Rows;

/// <summary>JSON as compact as PostgreSQL writes it: no escapes beyond those that JSON asks for. Nothing of it is ever put into HTML.</summary>
public static class RowEncoding
{
    public static JavaScriptEncoder Encoder => JavaScriptEncoder.UnsafeRelaxedJsonEscaping;

    public static JsonWriterOptions Writer { get; } = new() { Encoder = Encoder, SkipValidation = true };
}
