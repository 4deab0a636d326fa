using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Hedgerow.Storage.S3Protocol.Signing;

namespace Hedgerow.Storage.S3Protocol;

/// <summary>What a request's first line names. It is read from the wire, not from what the server makes of it: signatures cover every character.</summary>
/// <param name="Path">As it was sent.</param>
/// <param name="Bucket">Empty: the service itself.</param>
/// <param name="Key">Empty: the bucket itself.</param>
/// <param name="Query">Names and values, decoded, in their order.</param>
public sealed record S3Target(string Path, string Bucket, string Key, ImmutableArray<KeyValuePair<string, string>> Query)
{
    private const string Root = StorageEndpoints.BasePath + S3Route.Path;

    /// <summary>A parameter's value, empty where it has none; null where it is missing.</summary>
    public string? this[string name]
    {
        get
        {
            foreach (var (key, value) in Query)
                if (key == name) return value;
            return null;
        }
    }

    public bool Has(string name) => this[name] is not null;

    /// <param name="target">The request's target in origin form.</param>
    public static bool TryParse(string target, [NotNullWhen(true)] out S3Target? parsed)
    {
        parsed = null;
        var mark = target.IndexOf('?', StringComparison.Ordinal);
        var path = mark < 0 ? target : target[..mark];
        if (!path.StartsWith(Root, StringComparison.Ordinal)) return false;
        var rest = path.AsSpan(Root.Length);
        if (rest.Length > 0 && rest[0] != '/') return false;
        rest = rest.IsEmpty ? rest : rest[1..];
        var slash = rest.IndexOf('/');
        var (bucket, key) = (UriText.Decode(slash < 0 ? rest : rest[..slash]), UriText.Decode(slash < 0 ? default : rest[(slash + 1)..]));
        if (bucket is null || key is null || bucket.Length == 0 && key.Length > 0 || !ReadQuery(mark < 0 ? "" : target[(mark + 1)..], out var query)) return false;
        parsed = new S3Target(path, bucket, key, query);
        return true;
    }

    private static bool ReadQuery(string text, out ImmutableArray<KeyValuePair<string, string>> query)
    {
        var pairs = ImmutableArray.CreateBuilder<KeyValuePair<string, string>>();
        query = [];
        foreach (var range in text.AsSpan().Split('&'))
        {
            var pair = text.AsSpan(range);
            if (pair.IsEmpty) continue;
            var equals = pair.IndexOf('=');
            var name = UriText.Decode(equals < 0 ? pair : pair[..equals], plusIsSpace: true);
            var value = UriText.Decode(equals < 0 ? default : pair[(equals + 1)..], plusIsSpace: true);
            if (name is null || value is null) return false;
            pairs.Add(new(name, value));
        }
        query = pairs.ToImmutable();
        return true;
    }
}
