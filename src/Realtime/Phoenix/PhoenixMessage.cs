using System.Text.Json;

namespace Hedgerow.Realtime.Phoenix;

/// <summary>A message from a client.</summary>
/// <param name="JoinRef">The ref of the join that opened the channel; null for heartbeats.</param>
/// <param name="Ref">Names the reply.</param>
/// <param name="Payload">Its JSON; undefined where <paramref name="Binary"/> is set.</param>
/// <param name="Binary">A broadcast that came as a binary frame.</param>
public sealed record PhoenixMessage(string? JoinRef, string? Ref, string Topic, string Event, JsonElement Payload, UserBroadcast? Binary = null);

/// <summary>What a binary frame carries (protocol 2.0.0, type 3).</summary>
public sealed record UserBroadcast(string Event, bool Json, ReadOnlyMemory<byte> Payload);
