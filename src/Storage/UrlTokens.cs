using System.Text.Json;
using Hedgerow.Postgres;

namespace Hedgerow.Storage;

/// <summary>Signs and reads the tokens in signed URLs: JWTs under the platform's own keys, as in Supabase. The host provides it.</summary>
/// <param name="Sign">Signs claims, a JSON object in UTF-8.</param>
/// <param name="Read">The claims of a token whose signature is good, or why it is not. Whether it has expired is for the reader to say.</param>
public sealed record UrlTokens(Func<ReadOnlyMemory<byte>, string> Sign, Func<string, Result<JsonDocument>> Read);
