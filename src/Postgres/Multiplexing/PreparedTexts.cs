using System.Diagnostics.CodeAnalysis;

namespace Hedgerow.Postgres.Multiplexing;

/// <summary>
/// What a connection has prepared. Only what the server has acknowledged counts: who parses a statement may fail before its turn comes,
/// so until then each transaction parses one of its own, and the first to be acknowledged stays.
/// </summary>
internal sealed class PreparedTexts
{
    private const int Most = 256;

    private readonly Dictionary<string, PreparedText> _prepared = new(StringComparer.Ordinal);
    private readonly List<PreparedText> _forgotten = [];
    private int _names;
    private long _uses;

    public bool Find(string text, [MaybeNullWhen(false)] out PreparedText found)
    {
        if (!_prepared.TryGetValue(text, out found)) return false;
        found.Used = ++_uses;
        return true;
    }

    public PreparedText New(string text) => new(text, ++_names) { Used = ++_uses };

    public void Acknowledge(PreparedText parsed)
    {
        if (!_prepared.TryAdd(parsed.Text, parsed)) _forgotten.Add(parsed);
        else if (_prepared.Count > Most) Forget(_prepared.Values.MinBy(p => p.Used)!);
    }

    /// <summary>It is no longer offered, and closed with the next transaction: those in flight stand before that.</summary>
    public void Forget(PreparedText prepared)
    {
        if (_prepared.TryGetValue(prepared.Text, out var known) && known == prepared && _prepared.Remove(prepared.Text)) _forgotten.Add(prepared);
    }

    public void CloseForgotten(FrontendBuffer to)
    {
        foreach (var prepared in _forgotten) to.CloseStatement(prepared.Name);
        _forgotten.Clear();
    }
}
