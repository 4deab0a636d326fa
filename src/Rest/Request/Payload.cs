using System.Collections.Immutable;

namespace Hedgerow.Rest.Request;

/// <summary>A request's body, read to its end and known to be well-formed.</summary>
public abstract record Payload;

/// <summary>
/// JSON text that goes to PostgreSQL as it came. Without <c>columns=</c> it is well-formed and an object, or an array of
/// objects with the same keys; with it PostgreSQL is the first to look inside. A scalar counts as an empty array.
/// </summary>
/// <param name="Keys">The objects' keys, or what <c>columns=</c> names: sorted, each once, so that the same keys make the same SQL.</param>
/// <param name="IsArray">Whether the body is an array.</param>
public sealed record JsonPayload(string Text, ImmutableArray<string> Keys, bool IsArray) : Payload;

/// <summary>A form (<c>application/x-www-form-urlencoded</c>): names and values in order.</summary>
public sealed record FormPayload(ImmutableArray<KeyValuePair<string, string>> Fields) : Payload;

/// <summary>Any other media type: the bytes as they came, for a function with a single unnamed parameter.</summary>
public sealed record RawPayload(ReadOnlyMemory<byte> Bytes, MediaType MediaType) : Payload;
