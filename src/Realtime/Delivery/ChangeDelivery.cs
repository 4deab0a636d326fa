using Hedgerow.Realtime.Rows;
using Hedgerow.Realtime.Visibility;
using Hedgerow.Realtime.Wal;

namespace Hedgerow.Realtime.Delivery;

/// <summary>
/// Takes a batch of changes to those of an index who may see them: one round trip asks the policies of all tables for all distinct roles and claims,
/// then the changes go out in their order. However many subscribers share claims, they cost the database one question.
/// </summary>
public sealed class ChangeDelivery(AccessCatalogue catalogue, TypeCatalogue types, RowCheck check)
{
    /// <returns>Those whose buffers had no room for all of it: they are <see cref="ChangeSubscription.Stalled"/>.</returns>
    public async Task<IReadOnlyCollection<ChangeSubscription>> DeliverAsync(IReadOnlyList<LoggedChange> batch, SubscriptionIndex index, CancellationToken cancellation)
    {
        var plans = new Dictionary<Relation, TablePlan>(ReferenceEqualityComparer.Instance);
        foreach (var change in batch)
        {
            if (!plans.TryGetValue(change.Relation, out var plan))
            {
                var subscribers = index.Of(change.Relation.Name);
                if (subscribers.Count == 0) continue;
                plans[change.Relation] = plan = new TablePlan(await ShapeAsync(change.Relation, cancellation), subscribers);
            }
            plan.Changes.Add(change);
        }
        if (plans.Count == 0) return [];

        await AskAsync([.. plans.Values], cancellation);
        var full = new HashSet<ChangeSubscription>();
        foreach (var change in batch)
            if (plans.TryGetValue(change.Relation, out var plan)) plan.Deliver(change, full);
        return full;
    }

    private Task<TableShape> ShapeAsync(Relation relation, CancellationToken cancellation) =>
        check.RetryAsync(() => TableShape.OfAsync(relation, types, cancellation).AsTask(), cancellation);

    private async Task AskAsync(TablePlan[] plans, CancellationToken cancellation)
    {
        var tables = plans.Select(plan => plan.Shape.Relation.Oid).Distinct().ToArray();
        // Until no policy changes between its reading and its answers: nothing is shown by rules that have ended.
        while (true)
        {
            var used = new List<(uint Table, string Role, TableAccess? Access)>();
            foreach (var plan in plans)
            {
                var accesses = new Dictionary<string, TableAccess?>(StringComparer.Ordinal);
                foreach (var role in plan.Roles)
                {
                    var oid = plan.Shape.Relation.Oid;
                    var access = catalogue.Find(oid, role) ?? await check.RetryAsync(() => catalogue.LoadAsync(oid, role, cancellation), cancellation);
                    accesses[role] = access;
                    used.Add((oid, role, access));
                }
                plan.Ask(accesses);
            }

            var questions = plans.SelectMany(plan => plan.Questions)
                .GroupBy(question => (question.Asker, question.Table.Schema)).SelectMany(group => group).ToList();
            var present = await check.AskAsync(questions, tables, cancellation);
            var outdated = used.Where(use => use.Access is not null && present.GetValueOrDefault(use.Table) != use.Access.Fingerprint).ToList();
            if (outdated.Count == 0) return;
            foreach (var (table, role, _) in outdated)
                await check.RetryAsync(() => catalogue.LoadAsync(table, role, cancellation), cancellation);
        }
    }
}
