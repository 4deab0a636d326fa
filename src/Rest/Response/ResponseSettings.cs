using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Hedgerow.Postgres;
using Hedgerow.Postgres.Errors;

namespace Hedgerow.Rest.Response;

/// <summary>Applies <c>response.status</c> and <c>response.headers</c>, which SQL may set (PostgREST, Transactions, Response Headers).</summary>
internal static class ResponseSettings
{
    private static readonly ApiError s_badHeaders = new(500, "PGRST111",
        "response.headers guc must be a JSON array composed of objects with a single key and a string value");
    private static readonly ApiError s_badStatus = new(500, "PGRST112", "response.status guc must be a valid status code");

    /// <summary>The error where one of them cannot be read; null once they are applied.</summary>
    public static ApiError? Apply(ResponseHead head, ResultHead result)
    {
        if (result.Status is { } status)
        {
            if (!TryStatus(status, out var code)) return s_badStatus;
            head.Status = code;
            if (HttpStatus.HasNoContent(code)) (head.HasBody, head.IsEmpty, head.Refusal) = (false, false, null);
        }
        if (result.Headers is { } json)
        {
            if (!TryHeaders(json, out var headers)) return s_badHeaders;
            // Its headers stand in place of ours, and may repeat (Set-Cookie).
            head.Headers.RemoveAll(h => headers.Exists(o => string.Equals(o.Key, h.Key, StringComparison.OrdinalIgnoreCase)));
            head.Headers.AddRange(headers);
        }
        return null;
    }

    private static bool TryStatus(string text, out int status)
    {
        var digits = text.Length - text.AsSpan().TrimStart("0123456789").Length;
        return int.TryParse(text.AsSpan(0, digits), out status) && HttpStatus.IsFinal(status);
    }

    private static bool TryHeaders(string json, [NotNullWhen(true)] out List<KeyValuePair<string, string>>? headers)
    {
        headers = null;
        try
        {
            using var document = UnicodeJson.Parse(json);
            if (document.RootElement.ValueKind != JsonValueKind.Array) return false;
            var list = new List<KeyValuePair<string, string>>();
            foreach (var item in document.RootElement.EnumerateArray())
            {
                if (item.ValueKind != JsonValueKind.Object || item.GetPropertyCount() != 1) return false;
                var header = item.EnumerateObject().First();
                if (header.Value.ValueKind != JsonValueKind.String || !HttpHeader.IsName(header.Name)) return false;
                if (HttpHeader.Frames(header.Name)) continue;
                list.Add(new(header.Name, header.Value.GetString()!));
            }
            headers = list;
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
