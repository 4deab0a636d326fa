using System.Collections.Immutable;
using System.Text.Json;

namespace Hedgerow.Rest.Execution;

/// <summary><c>Rest:AppSettings</c>: a JSON object whose members become transaction-local settings.</summary>
internal static class AppSettings
{
    /// <exception cref="FormatException">It is no JSON object of strings, numbers and booleans.</exception>
    public static ImmutableArray<KeyValuePair<string, string>> Parse(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return [.. document.RootElement.EnumerateObject().Select(m => new KeyValuePair<string, string>(m.Name, m.Value.ToString()))];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new FormatException("Rest:AppSettings must be a JSON object, such as {\"app.settings.host\": \"example.com\"}.", e);
        }
    }
}
