using System.Collections.Immutable;
using System.Text.Json;

namespace Hedgerow.Auth.Tokens.JsonPaths;

/// <summary>A path into JSON (RFC 9535), with <c>search()</c> as its one function, as PostgREST has it.</summary>
internal sealed class JsonPath
{
    private readonly ImmutableArray<Segment> _segments;

    private JsonPath(ImmutableArray<Segment> segments) => _segments = segments;

    /// <exception cref="FormatException">The text is no path; the message says where it stops making sense.</exception>
    public static JsonPath Parse(string text) => new(new PathParser(text).Path());

    /// <summary>What stands at the path, in the order in which it is found.</summary>
    public IEnumerable<JsonElement> Find(JsonElement root) => Segment.Walk(_segments, root, root);
}
