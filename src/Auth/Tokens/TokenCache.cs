using System.Collections.Concurrent;

namespace Hedgerow.Auth.Tokens;

/// <summary>
/// Tokens whose signature was found good, by their whole text: two tokens can never be taken for each other, and a lookup by
/// span allocates nothing. Bounded; evicts by SIEVE (cachemon.github.io/SIEVE-website), as PostgREST's cache does: a hit only
/// marks its entry, so readers never wait for each other.
/// </summary>
public sealed class TokenCache
{
    private readonly int _capacity;
    private readonly ConcurrentDictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Entry>.AlternateLookup<ReadOnlySpan<char>> _lookup;

    // Guards the list: newest at the head, the hand walks from the tail.
    private readonly Lock _lock = new();
    private Entry? _head;
    private Entry? _tail;
    private Entry? _hand;

    /// <param name="capacity">Entries at most; 0 turns the cache off.</param>
    public TokenCache(int capacity)
    {
        _capacity = capacity;
        _lookup = _entries.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>Entries held.</summary>
    public int Count => _entries.Count;

    /// <summary>The remembered token of that text, or null.</summary>
    public VerifiedToken? Find(ReadOnlySpan<char> text)
    {
        if (!_lookup.TryGetValue(text, out var entry)) return null;
        // Written only when it changes: an unconditional write would bounce the cache line between cores.
        if (!entry.Visited) entry.Visited = true;
        return entry.Token;
    }

    /// <summary>Remembers <paramref name="token"/>; another entry may go for it.</summary>
    public void Add(string text, VerifiedToken token)
    {
        if (_capacity == 0) return;
        lock (_lock)
        {
            if (_entries.ContainsKey(text)) return;
            if (_entries.Count >= _capacity) Evict();
            var entry = new Entry(text, token) { Next = _head };
            if (_head is not null) _head.Previous = entry;
            _head = entry;
            _tail ??= entry;
            _entries[text] = entry;
        }
    }

    private void Evict()
    {
        var victim = _hand ?? _tail;
        while (victim is { Visited: true })
        {
            victim.Visited = false;
            victim = victim.Previous ?? _tail;
        }
        if (victim is null) return;
        _hand = victim.Previous;
        Unlink(victim);
        _entries.TryRemove(victim.Text, out _);
        TokenMetrics.Evictions.Add(1);
    }

    private void Unlink(Entry entry)
    {
        if (entry.Previous is null) _head = entry.Next;
        else entry.Previous.Next = entry.Next;
        if (entry.Next is null) _tail = entry.Previous;
        else entry.Next.Previous = entry.Previous;
    }

    private sealed class Entry(string text, VerifiedToken token)
    {
        public string Text { get; } = text;
        public VerifiedToken Token { get; } = token;
        public bool Visited { get; set; }
        public Entry? Previous { get; set; }
        public Entry? Next { get; set; }
    }
}
