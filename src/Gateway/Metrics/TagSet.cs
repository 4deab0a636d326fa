using System.Globalization;
using System.Text;

namespace Hedgerow.Gateway.Metrics;

/// <summary>The tags of one series, and how they are recognised in a measurement without allocating.</summary>
internal sealed class TagSet
{
    private readonly KeyValuePair<string, object?>[] _tags;

    public TagSet(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        _tags = tags.ToArray();
        Labels = Write(_tags);
    }

    /// <summary><c>name="value",…</c> as the exposition wants it; empty without tags.</summary>
    public string Labels { get; }

    public bool Is(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (tags.Length != _tags.Length) return false;
        for (var i = 0; i < tags.Length; i++)
        {
            if (!Equals(tags[i].Value, _tags[i].Value) || tags[i].Key != _tags[i].Key) return false;
        }
        return true;
    }

    public bool Bears(string name, string value)
    {
        foreach (var tag in _tags)
        {
            if (tag.Key == name) return tag.Value as string == value;
        }
        return false;
    }

    public static int Hash(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var hash = default(HashCode);
        foreach (var tag in tags) hash.Add(tag.Value);
        return hash.ToHashCode();
    }

    /// <summary>Prometheus, Exposition formats: in label values backslash, quote and line feed are escaped.</summary>
    private static string Write(KeyValuePair<string, object?>[] tags)
    {
        var text = new StringBuilder();
        foreach (var (name, value) in tags)
        {
            if (text.Length > 0) text.Append(',');
            text.Append(MetricNames.Sanitise(name)).Append("=\"")
                .Append(Convert.ToString(value, CultureInfo.InvariantCulture)?
                    .Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal))
                .Append('"');
        }
        return text.ToString();
    }
}
