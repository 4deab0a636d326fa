using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Hedgerow.Tests.Integration.Support;

/// <summary>An answer, read whole.</summary>
/// <param name="Json">The body; undefined where it is empty or no JSON.</param>
public sealed record Answer(int Status, JsonElement Json, HttpResponseHeaders Headers, HttpContentHeaders ContentHeaders)
{
    /// <summary>GoTrue's <c>error_code</c>, or null.</summary>
    public string? ErrorCode => Json.ValueKind == JsonValueKind.Object && Json.TryGetProperty("error_code", out var code) ? code.GetString() : null;

    /// <summary>A member of the body as text.</summary>
    public string? this[string name] => Json.GetProperty(name).GetString();

    public string? Header(string name) =>
        Headers.TryGetValues(name, out var values) || ContentHeaders.TryGetValues(name, out values) ? string.Join(", ", values) : null;
}

/// <summary>Requests in one line.</summary>
public static class Requests
{
    /// <param name="body">Text is sent as it is, anything else as JSON; null sends none.</param>
    public static async Task<Answer> SendAsync(this HttpClient client, string method, string path, object? body = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (body is not null) request.Content = new StringContent(body as string ?? JsonSerializer.Serialize(body), Encoding.UTF8, "application/json");
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        using var response = await client.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return new Answer((int)response.StatusCode, Parse(text), response.Headers, response.Content.Headers);
    }

    private static JsonElement Parse(string text)
    {
        try
        {
            return JsonSerializer.Deserialize<JsonElement>(text.Length == 0 ? "null" : text);
        }
        catch (JsonException)
        {
            return default;
        }
    }
}
