using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace Hedgerow.Postgres.Errors;

/// <summary>
/// <c>RAISE sqlstate 'PGRST'</c>: the function decides the whole answer, body in MESSAGE, status and headers in DETAIL, both JSON
/// (PostgREST, Errors, Add HTTP Headers with RAISE).
/// </summary>
public static class RaisedResponse
{
    private const string Unparsable = "Could not parse JSON in the \"RAISE SQLSTATE 'PGRST'\" error";
    private const string MessageHint =
        "MESSAGE must be a JSON object with obligatory keys: 'code', 'message' and optional keys: 'details', 'hint'.";
    private const string DetailHint =
        "DETAIL must be a JSON object with obligatory keys: 'status', 'headers' and optional key: 'status_text'.";

    /// <summary>The answer that was raised, or PGRST121 where its JSON cannot be read.</summary>
    public static ApiError Parse(string message, string? detail)
    {
        if (!TryMessage(message, out var body))
            return new(500, "PGRST121", Unparsable, $"Invalid JSON value for MESSAGE: '{message}'", MessageHint);
        if (detail is null)
            return new(500, "PGRST121", Unparsable, "DETAIL is missing in the RAISE statement", DetailHint);
        if (!TryDetail(detail, body, out var error))
            return new(500, "PGRST121", Unparsable, $"Invalid JSON value for DETAIL: '{detail}'", DetailHint);
        return error;
    }

    private static bool TryMessage(string message, [NotNullWhen(true)] out ApiError? error)
    {
        error = null;
        if (Parse(message) is not { } root) return false;
        if (!Text(root, "code", true, out var code) || !Text(root, "message", true, out var text)) return false;
        if (!Text(root, "details", false, out var details) || !Text(root, "hint", false, out var hint)) return false;
        error = new(0, code!, text!, details, hint);
        return true;
    }

    private static bool TryDetail(string detail, ApiError body, [NotNullWhen(true)] out ApiError? error)
    {
        error = null;
        if (Parse(detail) is not { } root) return false;
        if (!root.TryGetProperty("status", out var status) || !status.TryGetInt32Safely(out var code) || !HttpStatus.IsFinal(code)) return false;
        if (!Text(root, "status_text", false, out var reason)) return false;
        if (!root.TryGetProperty("headers", out var headers) || headers.ValueKind != JsonValueKind.Object) return false;
        var list = new List<KeyValuePair<string, string>>();
        foreach (var header in headers.EnumerateObject())
        {
            if (header.Value.ValueKind != JsonValueKind.String || !HttpHeader.IsName(header.Name)) return false;
            if (HttpHeader.Frames(header.Name)) continue;
            list.Add(new(header.Name, header.Value.GetString()!));
        }
        error = body with { Status = code, Headers = list, Reason = reason };
        return true;
    }

    private static JsonElement? Parse(string json)
    {
        try
        {
            using var document = UnicodeJson.Parse(json);
            return document.RootElement.ValueKind == JsonValueKind.Object ? document.RootElement.Clone() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static bool Text(JsonElement root, string name, bool required, out string? text)
    {
        text = null;
        if (!root.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null) return !required;
        if (value.ValueKind != JsonValueKind.String) return false;
        text = value.GetString();
        return true;
    }

    private static bool TryGetInt32Safely(this JsonElement value, out int number)
    {
        number = 0;
        return value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out number);
    }
}
