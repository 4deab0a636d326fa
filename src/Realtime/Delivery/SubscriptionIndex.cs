using Hedgerow.Postgres;

namespace Hedgerow.Realtime.Delivery;

/// <summary>One subscription's wish for one table.</summary>
public readonly record struct Subscriber(ChangeSubscription Subscription, Binding Binding);

/// <summary>Who wants to hear of which table. Used by one task at a time.</summary>
public sealed class SubscriptionIndex
{
    private readonly Dictionary<QualifiedName, Dictionary<Caller, List<Subscriber>>> _tables = [];
    // With the role and claims under which each is filed: a refreshed token brings others.
    private readonly Dictionary<ChangeSubscription, Caller> _all = [];

    public IReadOnlyCollection<ChangeSubscription> All => _all.Keys;

    public bool Contains(ChangeSubscription subscription) => _all.ContainsKey(subscription);

    public void Add(ChangeSubscription subscription)
    {
        if (!_all.TryAdd(subscription, subscription.Caller)) return;
        foreach (var binding in subscription.Bindings)
        {
            var name = new QualifiedName(binding.Schema, binding.Table);
            if (!_tables.TryGetValue(name, out var callers)) _tables[name] = callers = [];
            if (!callers.TryGetValue(subscription.Caller, out var subscribers)) callers[subscription.Caller] = subscribers = [];
            subscribers.Add(new Subscriber(subscription, binding));
        }
    }

    public void Remove(ChangeSubscription subscription)
    {
        if (!_all.Remove(subscription, out var caller)) return;
        foreach (var binding in subscription.Bindings)
        {
            var name = new QualifiedName(binding.Schema, binding.Table);
            if (!_tables.TryGetValue(name, out var callers) || !callers.TryGetValue(caller, out var subscribers)) continue;
            subscribers.RemoveAll(subscriber => subscriber.Subscription == subscription);
            if (subscribers.Count == 0) callers.Remove(caller);
            if (callers.Count == 0) _tables.Remove(name);
        }
    }

    /// <summary>The same for many: a table that all of them follow is gone through once.</summary>
    public void Remove(IReadOnlyCollection<ChangeSubscription> gone)
    {
        var touched = new HashSet<(QualifiedName Table, Caller Caller)>();
        foreach (var subscription in gone)
        {
            if (!_all.Remove(subscription, out var caller)) continue;
            foreach (var binding in subscription.Bindings) touched.Add((new QualifiedName(binding.Schema, binding.Table), caller));
        }
        foreach (var (name, caller) in touched)
        {
            var callers = _tables[name];
            callers[caller].RemoveAll(subscriber => !_all.ContainsKey(subscriber.Subscription));
            if (callers[caller].Count == 0) callers.Remove(caller);
            if (callers.Count == 0) _tables.Remove(name);
        }
    }

    /// <summary>Removes those that have ended, and files those anew whose role or claims changed.</summary>
    public void Refresh()
    {
        Remove([.. _all.Keys.Where(subscription => subscription.End is not null)]);
        foreach (var changed in _all.Where(filed => !ReferenceEquals(filed.Value, filed.Key.Caller)).Select(filed => filed.Key).ToList())
        {
            Remove(changed);
            Add(changed);
        }
    }

    public void Clear()
    {
        _tables.Clear();
        _all.Clear();
    }

    /// <summary>The distinct askers among a table's subscribers, each with theirs; those who want whole schemas included.</summary>
    public IReadOnlyDictionary<Caller, List<Subscriber>> Of(QualifiedName table)
    {
        var exact = _tables.GetValueOrDefault(table);
        Dictionary<Caller, List<Subscriber>>? merged = null;
        foreach (var name in (QualifiedName[])[new(table.Schema, BindingRequest.Any), new(BindingRequest.Any, table.Name), new(BindingRequest.Any, BindingRequest.Any)])
        {
            if (!_tables.TryGetValue(name, out var callers)) continue;
            merged ??= exact?.ToDictionary(pair => pair.Key, pair => pair.Value.ToList()) ?? [];
            foreach (var (caller, subscribers) in callers)
            {
                if (!merged.TryGetValue(caller, out var list)) merged[caller] = list = [];
                list.AddRange(subscribers);
            }
        }
        return merged ?? exact ?? s_nobody;
    }

    private static readonly Dictionary<Caller, List<Subscriber>> s_nobody = [];
}
