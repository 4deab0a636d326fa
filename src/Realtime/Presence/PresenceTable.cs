using System.Buffers.Text;
using System.Security.Cryptography;
using Hedgerow.Realtime.Topics;

namespace Hedgerow.Realtime.Presence;

/// <summary>
/// Who is present in which topic, on all gateways. Each gateway answers for its own members and tells the others of every change; one that begins asks
/// for everything, and one that has not been heard of for half a minute is taken for dead, its members for gone.
/// </summary>
public sealed class PresenceTable(TopicHub topics, Backplane backplane, TimeProvider clock)
{
    private static readonly TimeSpan s_pulse = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_longestSilence = TimeSpan.FromSeconds(30);

    private readonly Lock _lock = new();
    private readonly Dictionary<TopicName, Dictionary<string, Entry>> _topics = [];
    private readonly Dictionary<Guid, DateTimeOffset> _lastHeard = [];

    private sealed record Entry(PresenceMeta Meta, Guid Gateway);

    /// <summary>Somebody is present from now on, or with another payload.</summary>
    /// <param name="previous">What this returned the last time; null for the first.</param>
    /// <param name="payload">A JSON object.</param>
    public PresenceMeta Track(TopicName topic, string key, ReadOnlyMemory<byte> payload, PresenceMeta? previous)
    {
        var meta = new PresenceMeta(key, Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(9)), payload);
        Tell(topic, new PresenceDiff([meta], previous is null ? [] : [previous]));
        return meta;
    }

    /// <summary>Somebody left.</summary>
    public void Untrack(TopicName topic, PresenceMeta meta) => Tell(topic, new PresenceDiff([], [meta]));

    /// <summary>
    /// Calls <paramref name="begin"/> with everybody who is present, while nobody comes or goes: what a member hears after that is what happened after it.
    /// </summary>
    public void Snapshot(TopicName topic, Action<IReadOnlyList<PresenceMeta>> begin)
    {
        lock (_lock) begin(_topics.TryGetValue(topic, out var present) ? [.. present.Values.Select(entry => entry.Meta)] : []);
    }

    /// <summary>Tells the others that this gateway begins, or lost what they told.</summary>
    public void Hello()
    {
        backplane.Send(new PresenceNews.Hello());
        SendEverybody();
    }

    /// <summary>Shows signs of life while anybody is present here, and takes silent gateways for dead.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(s_pulse);
        while (await timer.WaitForNextTickAsync(stopping))
        {
            lock (_lock)
            {
                if (_topics.Values.Any(topic => topic.Values.Any(entry => entry.Gateway == backplane.Self))) backplane.Send(new PresenceNews.Alive());
                var now = clock.GetUtcNow();
                foreach (var dead in _lastHeard.Where(heard => now - heard.Value > s_longestSilence).Select(heard => heard.Key).ToList())
                {
                    _lastHeard.Remove(dead);
                    Replace(dead, []);
                }
            }
        }
    }

    internal void Receive(Guid gateway, PresenceNews news)
    {
        lock (_lock)
        {
            _lastHeard[gateway] = clock.GetUtcNow();
            switch (news)
            {
                case PresenceNews.Changed changed:
                    Apply(changed.Topic, changed.Diff, gateway);
                    break;
                case PresenceNews.Hello:
                    SendEverybody();
                    break;
                case PresenceNews.Everybody everybody:
                    Replace(gateway, everybody.Present);
                    break;
            }
        }
    }

    private void Tell(TopicName topic, PresenceDiff diff)
    {
        lock (_lock)
        {
            Apply(topic, diff, backplane.Self);
            backplane.Send(new PresenceNews.Changed(topic, diff));
        }
    }

    private void Apply(TopicName topic, PresenceDiff diff, Guid gateway)
    {
        if (!_topics.TryGetValue(topic, out var present)) _topics[topic] = present = [];
        foreach (var leave in diff.Leaves) present.Remove(leave.Ref);
        foreach (var join in diff.Joins) present[join.Ref] = new Entry(join, gateway);
        if (present.Count == 0) _topics.Remove(topic);
        topics.Deliver(topic, diff);
    }

    private void SendEverybody()
    {
        lock (_lock)
            backplane.Send(new PresenceNews.Everybody(
                [.. _topics.SelectMany(topic => topic.Value.Values.Where(entry => entry.Gateway == backplane.Self).Select(entry => (topic.Key, entry.Meta)))]));
    }

    /// <summary>Makes what is known of a gateway's members what it says, and tells the difference.</summary>
    private void Replace(Guid gateway, IReadOnlyList<(TopicName Topic, PresenceMeta Meta)> present)
    {
        var said = present.ToLookup(one => one.Topic, one => one.Meta);
        foreach (var topic in _topics.Where(topic => topic.Value.Values.Any(entry => entry.Gateway == gateway)).Select(topic => topic.Key).Union(said.Select(group => group.Key)).ToList())
        {
            var known = _topics.TryGetValue(topic, out var entries) ? entries.Values.Where(entry => entry.Gateway == gateway).Select(entry => entry.Meta).ToList() : [];
            var joins = said[topic].Where(meta => known.All(other => other.Ref != meta.Ref)).ToList();
            var leaves = known.Where(meta => said[topic].All(other => other.Ref != meta.Ref)).ToList();
            if (joins.Count + leaves.Count > 0) Apply(topic, new PresenceDiff(joins, leaves), gateway);
        }
    }
}
