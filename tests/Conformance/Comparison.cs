using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Hedgerow.Tests.Conformance;

/// <summary>Holds an answer against what a case expects.</summary>
internal static class Comparison
{
    /// <summary>What differs, in words; empty where nothing does.</summary>
    public static List<string> Differences(CaseRequest request, CaseExpectation expected, RawAnswer answer)
    {
        var differences = new List<string>();
        if (answer.Status != expected.Status) differences.Add($"status {answer.Status}, wanted {expected.Status}");
        foreach (var header in expected.Headers)
        {
            var values = answer.Headers[header.Name].ToList();
            if (!Holds(header, values)) differences.Add($"header {header.Name} [{string.Join(" | ", values)}], wanted {header.Kind} {header.Value}");
        }
        if (expected.Body is { } body && request.Method != "HEAD" && !Holds(body, answer.Body))
            differences.Add($"body {Encoding.UTF8.GetString(answer.Body)}, wanted {body.Json ?? body.Raw}");
        return differences;
    }

    private static bool Holds(ExpectedHeader header, List<string> values) => header.Kind switch
    {
        "absent" => values.Count == 0 || (header.Name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase) && values is ["0"]),
        "equals" => values.Contains(header.Value!) || (values.Count > 0 && string.Join(", ", values) == header.Value),
        "contains" => values.Exists(v => v.Contains(header.Value!, StringComparison.Ordinal)),
        _ => values.Exists(v => Regex.IsMatch(v, header.Value!)),
    };

    private static bool Holds(ExpectedBody body, byte[] actual)
    {
        if (body.Json is not { } json) return Encoding.UTF8.GetString(actual) == body.Raw;
        try
        {
            using var wanted = JsonDocument.Parse(json);
            using var have = JsonDocument.Parse(actual);
            return JsonElement.DeepEquals(wanted.RootElement, have.RootElement);
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
