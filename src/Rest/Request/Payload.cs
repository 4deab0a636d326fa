using System.Collections.Immutable;

namespace Hedgerow.Rest.Request;

/// <summary>A request's body, read to its end and known to be well-formed.</summary>
public abstract record Payload;

/// <summary>JSON text that goes to PostgreSQL as it came. <paramref name="Keys"/> are the first object's (for an array) or the object's.</summary>
/// <param name="Keys">In order, each once.</param>
/// <param name="IsArray">Whether the body was an array.</param>
/// <param name="IsUniform">Whether all objects of the array have the same keys; where not, <c>columns=</c> is needed (PGRST102).</param>
public sealed record JsonPayload(string Text, ImmutableArray<string> Keys, bool IsArray, bool IsUniform) : Payload;

/// <summary>A form (<c>application/x-www-form-urlencoded</c>): names and values in order.</summary>
public sealed record FormPayload(ImmutableArray<KeyValuePair<string, string>> Fields) : Payload;

/// <summary>Any other media type: the bytes as they came, for a function with a single unnamed parameter.</summary>
public sealed record RawPayload(ReadOnlyMemory<byte> Bytes, MediaType MediaType) : Payload;
