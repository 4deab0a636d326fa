using System.Collections.Immutable;
using Hedgerow.Postgres;
using Hedgerow.Realtime.Rows;
using Hedgerow.Realtime.Visibility;
using Hedgerow.Realtime.Wal;

namespace Hedgerow.Realtime.Delivery;

/// <summary>What must be asked about the changes to one table (in one shape) of a batch, and afterwards who hears of them.</summary>
internal sealed class TablePlan(TableShape shape, IReadOnlyDictionary<Caller, List<Subscriber>> subscribers)
{
    private readonly Dictionary<string, RowSet> _rowSets = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Role, string Filter), RowQuestion> _filters = [];
    private readonly Dictionary<(string Role, string Columns), bool[]> _masks = [];
    private List<Viewer> _viewers = [];

    public TableShape Shape => shape;
    public List<LoggedChange> Changes { get; } = [];
    public IEnumerable<string> Roles => subscribers.Keys.Select(caller => caller.Role).Distinct();
    public IEnumerable<RowQuestion> Questions => _viewers.Select(viewer => viewer.Question).OfType<RowQuestion>().Concat(_filters.Values);

    /// <param name="accesses">By role; null where the table or the role is gone.</param>
    public void Ask(IReadOnlyDictionary<string, TableAccess?> accesses)
    {
        _rowSets.Clear();
        _filters.Clear();
        _masks.Clear();
        _viewers = [];
        foreach (var (caller, list) in subscribers)
        {
            if (accesses[caller.Role] is not { } access || access.Rule is RowRule.Nobody) continue;
            // Those who catch up stand at different places: nothing is asked for one who is past all of it.
            if (!list.Exists(subscriber => subscriber.Subscription.Position < Changes[^1].Cursor)) continue;
            var question = access.Rule is RowRule.Ask rule ? RowQuestion.OfPolicies(caller, shape.Relation.Name, rule, RowsOf(rule.Columns)) : null;
            foreach (var subscriber in list)
                if (subscriber.Binding.Filter.Asked is { } filter) AskFilter(caller, filter);
            _viewers.Add(new Viewer(caller.Role, access, question, list));
        }
    }

    /// <summary>Hands <paramref name="change"/> to whoever sees it. Those whose buffers are full are left where they were, and added to <paramref name="full"/>.</summary>
    public void Deliver(LoggedChange change, HashSet<ChangeSubscription> full)
    {
        if (change.Kind == ChangeKind.Truncate)
        {
            EndAll(change);
            return;
        }
        var payloads = new Dictionary<(ChangeKind, bool[], bool), ChangePayload>();
        foreach (var viewer in _viewers)
        {
            var newSeen = change.New is { } row && viewer.Sees(row);
            var oldSeen = change.Old is { } old && viewer.Sees(old);
            // A row that leaves the sight is gone, as far as this viewer can tell.
            ChangeKind? kind = newSeen ? change.Kind : oldSeen ? ChangeKind.Delete : null;
            if (kind is { } seen) Deliver(change, seen, viewer, oldSeen, payloads, full);
        }
    }

    /// <summary>A TRUNCATE does not log the rows it removes: nobody can be told which of theirs are gone, so those who want to hear of that read again.</summary>
    private void EndAll(LoggedChange change)
    {
        foreach (var (subscription, binding) in _viewers.SelectMany(viewer => viewer.Subscribers))
            if (binding.Events.HasFlag(ChangeEvents.Delete) && IsNews(change, subscription)) subscription.Finish(EndReason.Truncated);
    }

    private static bool IsNews(LoggedChange change, ChangeSubscription subscription) =>
        !subscription.Stalled && change.Cursor > subscription.Position && !(subscription.Fence?.IsBehind(change) ?? false);

    private void Deliver(
        LoggedChange change, ChangeKind kind, Viewer viewer, bool oldSeen,
        Dictionary<(ChangeKind, bool[], bool), ChangePayload> payloads, HashSet<ChangeSubscription> full)
    {
        var row = kind == ChangeKind.Delete ? change.Old! : change.New!;
        var wanted = (ChangeEvents)(1 << (int)kind);
        for (var i = 0; i < viewer.Subscribers.Count; i++)
        {
            var (subscription, binding) = viewer.Subscribers[i];
            if ((binding.Events & wanted) == 0 || !IsNews(change, subscription) || !Meets(binding.Filter, viewer, row)) continue;
            // The bindings of one subscription stand together: those with the same columns share a message.
            var numbers = new List<int>(1) { binding.Number };
            while (i + 1 < viewer.Subscribers.Count && viewer.Subscribers[i + 1] is var next && next.Subscription == subscription && next.Binding.ColumnsKey == binding.ColumnsKey)
            {
                if ((next.Binding.Events & wanted) != 0 && Meets(next.Binding.Filter, viewer, row)) numbers.Add(next.Binding.Number);
                i++;
            }
            var mask = MaskOf(viewer.Access, viewer.Role, binding);
            if (!payloads.TryGetValue((kind, mask, oldSeen), out var payload))
                payloads[(kind, mask, oldSeen)] = payload = new ChangePayload(
                    change, kind, shape, mask, KeyOf(viewer.Access), oldSeen ? change.Old : null, viewer.Access.RowSecurity || !change.OldIsWhole);
            if (!subscription.TryOffer(new VisibleChange(payload, numbers))) full.Add(subscription);
        }
    }

    private bool Meets(RowFilter filter, Viewer viewer, RowImage row) =>
        filter.HoldsLocally(shape.Relation, row) && (filter.Asked is null || _filters[(viewer.Role, filter.Asked.Key)].Holds(row))
        && filter.Local.All(test => viewer.Access.Readable.Contains(test.Column)) && (filter.Asked?.Columns.All(viewer.Access.Readable.Contains) ?? true);

    private void AskFilter(Caller caller, AskedFilter filter)
    {
        if (!_filters.ContainsKey((caller.Role, filter.Key)))
            _filters[(caller.Role, filter.Key)] = RowQuestion.OfFilter(caller, shape.Relation.Name, filter.Expression, RowsOf(filter.Columns), filter.Values);
    }

    private RowSet RowsOf(ImmutableArray<string>? columns)
    {
        var key = columns is null ? "*" : string.Join('\0', columns.Value);
        if (_rowSets.TryGetValue(key, out var rows)) return rows;
        rows = new RowSet(shape, columns);
        foreach (var change in Changes)
        {
            if (change.New is not null) rows.Add(change.New);
            if (change.Old is not null) rows.Add(change.Old);
        }
        return _rowSets[key] = rows;
    }

    private bool[] MaskOf(TableAccess access, string role, Binding binding)
    {
        if (_masks.TryGetValue((role, binding.ColumnsKey), out var mask)) return mask;
        mask = [.. shape.Relation.Columns.Select(column => access.Readable.Contains(column.Name) && (binding.Columns?.Contains(column.Name) ?? true))];
        return _masks[(role, binding.ColumnsKey)] = mask;
    }

    private bool[] KeyOf(TableAccess access) => [.. shape.Relation.Columns.Select(column => access.Key.Contains(column.Name))];

    /// <summary>One role and claims among the subscribers.</summary>
    /// <param name="Question">Null: it sees every row.</param>
    private sealed record Viewer(string Role, TableAccess Access, RowQuestion? Question, List<Subscriber> Subscribers)
    {
        public bool Sees(RowImage row) => Question?.Holds(row) ?? true;
    }
}
