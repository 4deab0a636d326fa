using System.Text.Json;
using Hedgerow.Realtime.Presence;
using Hedgerow.Realtime.Topics;

namespace Hedgerow.Realtime.Phoenix;

/// <summary>A channel's part in its topic's presence: whether it is there itself, and whether it hears who is.</summary>
/// <param name="key">What it is known by; several of one key are told apart by their references.</param>
internal sealed class ChannelPresence(PresenceTable table, TopicName topic, string key, Action<string, ReadOnlyMemory<byte>> send)
{
    private readonly Lock _lock = new();
    private PresenceMeta? _present;
    private volatile bool _hears;
    private bool _left;

    public bool Hears => _hears;

    /// <summary>Tells who is there, and from then on who comes and goes.</summary>
    public void Listen() => table.Snapshot(topic, present =>
    {
        send("presence_state", PresenceJson.StateOf(present));
        _hears = true;
    });

    public void Hear(PresenceDiff diff)
    {
        if (_hears) send("presence_diff", diff.ToJson());
    }

    /// <param name="payload">An object, or nothing.</param>
    public void Track(JsonElement payload)
    {
        byte[] json = payload.ValueKind == JsonValueKind.Object ? JsonSerializer.SerializeToUtf8Bytes(payload) : "{}"u8.ToArray();
        lock (_lock)
        {
            // A channel may end while its client is being heard: whoever left is not there again.
            if (!_left && (_present is null || !_present.Payload.Span.SequenceEqual(json))) _present = table.Track(topic, key, json, _present);
        }
    }

    public void Untrack()
    {
        lock (_lock)
        {
            if (_present is { } present) table.Untrack(topic, present);
            _present = null;
        }
    }

    /// <summary>For good.</summary>
    public void Leave()
    {
        lock (_lock) _left = true;
        Untrack();
    }
}
