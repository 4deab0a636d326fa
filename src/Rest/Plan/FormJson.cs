using System.Text;
using System.Text.Json;
using Hedgerow.Rest.Request;

namespace Hedgerow.Rest.Plan;

/// <summary>A form as the JSON object that a table write takes: every value a string, the last of a repeated name.</summary>
internal static class FormJson
{
    public static string Of(FormPayload form)
    {
        var last = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in form.Fields) last[name] = value;
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            foreach (var (name, value) in last) json.WriteString(name, value);
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }
}
