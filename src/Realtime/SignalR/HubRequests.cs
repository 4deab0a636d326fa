using System.Text.Json;

namespace Hedgerow.Realtime.SignalR;

/// <summary>What <see cref="RealtimeHub.Changes"/> is asked for.</summary>
/// <param name="Schema">Null: <c>public</c>.</param>
/// <param name="Table">Null or <c>*</c>: all published tables of the schema.</param>
/// <param name="Event"><c>INSERT</c>, <c>UPDATE</c>, <c>DELETE</c>; null or <c>*</c>: all three.</param>
/// <param name="Filter"><c>column=operator.value</c>, several joined by commas; null: every row.</param>
/// <param name="Columns">Null: all that the role may SELECT.</param>
/// <param name="Since">The cursor of the last change that was received; null: from now on.</param>
public sealed record ChangesRequest(string? Schema, string? Table, string? Event, string? Filter, IReadOnlyList<string>? Columns, string? Since);

/// <param name="Self">The sender hears it too.</param>
/// <param name="Ack">The invocation ends when the message was taken; a message that may not be sent is an error then.</param>
public sealed record BroadcastOptions(bool Self = false, bool Ack = false);

/// <summary>What <c>Broadcast</c> brings to clients.</summary>
/// <param name="Payload">JSON; of bytes, their base64.</param>
public sealed record BroadcastMessage(string Topic, string Event, RawJson Payload, bool Private);

/// <summary>What <c>PresenceState</c> and <c>PresenceDiff</c> bring.</summary>
public sealed record PresenceMessage(string Topic, RawJson Presence, bool Private);

/// <summary>What <c>Closed</c> brings: a topic that ended by itself.</summary>
public sealed record ClosedMessage(string Topic, string Reason, bool Private);
