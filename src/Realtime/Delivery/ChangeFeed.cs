using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text.Json;
using Hedgerow.Postgres;
using Hedgerow.Realtime.Wal;
using NpgsqlTypes;

namespace Hedgerow.Realtime.Delivery;

/// <summary>
/// The engine's door for protocols: who (role and claims), what (bindings), since when (a cursor) → one ordered stream of the changes that they may see.
/// <code>
/// var subscribed = await feed.SubscribeAsync(caller, [new(ChangeEvents.All, "public", "files", "project_id=eq.…")], since: null, cancellation);
/// if (!subscribed.Ok(out var subscription, out var error)) …
/// await using (subscription)
///     await foreach (var change in subscription.ReadAllAsync(cancellation)) Send(change.Payload.ToJson(), change.Cursor);
/// subscription.End // why it ended, and the cursor to resume from
/// </code>
/// A returned subscription is live: whatever is committed from then on is in its stream.
/// </summary>
public sealed class ChangeFeed(WalReader reader, Slots slots, ChangeLog log, Dispatcher dispatcher, CatchUp catchUp, BindingPlanner planner, RealtimeOptions options)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    // All that have not ended, with the moment their token does (seconds since 1970).
    private readonly ConcurrentDictionary<ChangeSubscription, long> _open = new();

    /// <summary>False where the reader finds no place in the log within ten seconds: nothing can be promised yet.</summary>
    public async Task<bool> IsFollowingAsync(CancellationToken cancellation)
    {
        try
        {
            await reader.Following.WaitAsync(s_patience, cancellation);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    /// <param name="since">Null: from now on. Else everything after it; where that is not kept any more, the stream ends with <see cref="EndReason.ResyncRequired"/>.</param>
    public async Task<Result<ChangeSubscription>> SubscribeAsync(Caller caller, IReadOnlyList<BindingRequest> requests, Cursor? since, CancellationToken cancellation)
    {
        if (requests.Count == 0 || requests.Count > options.MaxBindingsPerChannel)
            return new ApiError(400, "invalid_subscription", $"A subscription has 1 to {options.MaxBindingsPerChannel} bindings");
        try
        {
            if (!await IsFollowingAsync(cancellation)) return Unavailable;
            if (!(await planner.PlanAsync(caller, requests, cancellation)).Ok(out var bindings, out var error)) return error;
            var subscription = new ChangeSubscription(caller, [.. bindings], since ?? default, options.SubscriptionBuffer)
            {
                Fence = since is null ? await planner.FenceAsync(cancellation) : null,
            };
            _open[subscription] = ExpiryOf(caller) ?? long.MaxValue;
            try
            {
                if (since is { } cursor) await ResumeAsync(subscription, cursor, cancellation);
                else await dispatcher.BetweenBatchesAsync(stopping => catchUp.BeginAsync(subscription, stopping), cancellation);
                return subscription;
            }
            catch
            {
                // Nobody would ever read it; it may be live already, or become so.
                await subscription.DisposeAsync();
                throw;
            }
        }
        catch (Exception e) when (e is Npgsql.NpgsqlException or TimeoutException)
        {
            return Unavailable;
        }
    }

    private static ApiError Unavailable => new(503, "database_unavailable", "Realtime is not connected to the database", Hint: "Try again in a moment");

    /// <summary>Gives a subscription another role and claims, between two batches: a token was refreshed.</summary>
    public async Task RenewAsync(ChangeSubscription subscription, Caller caller, CancellationToken cancellation)
    {
        await dispatcher.BetweenBatchesAsync(() =>
        {
            var live = dispatcher.Live.Contains(subscription);
            if (live) dispatcher.Live.Remove(subscription);
            subscription.Caller = caller;
            if (live) dispatcher.Live.Add(subscription);
        }, cancellation);
        if (subscription.End is null) _open[subscription] = ExpiryOf(caller) ?? long.MaxValue;
    }

    /// <summary>Ends what expired and forgets what has ended, once a second.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        using var second = new PeriodicTimer(TimeSpan.FromSeconds(1));
        while (await second.WaitForNextTickAsync(stopping))
        {
            var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
            foreach (var (subscription, expiry) in _open)
            {
                if (expiry <= now) subscription.Finish(EndReason.TokenExpired);
                if (subscription.End is not null) _open.TryRemove(subscription, out _);
            }
            await dispatcher.BetweenBatchesAsync(dispatcher.Live.Refresh, stopping);
        }
    }

    /// <summary>Ends every stream: the gateway stops.</summary>
    public Task StopAsync(CancellationToken cancellation) => dispatcher.BetweenBatchesAsync(() =>
    {
        foreach (var subscription in dispatcher.Live.All)
        {
            // Whatever was not in its sight up to here need not be looked at again.
            subscription.Finish(EndReason.Stopping, dispatcher.Position > subscription.Position ? dispatcher.Position : subscription.Position);
        }
        dispatcher.Live.Clear();
        // Those who catch up go on from the last change in their streams.
        foreach (var (subscription, _) in _open) subscription.Finish(EndReason.Stopping);
    }, cancellation);

    private async Task ResumeAsync(ChangeSubscription subscription, Cursor cursor, CancellationToken cancellation)
    {
        // A cursor from beyond the end of the log is of another database, or of one that was set back.
        if (cursor.Commit > (ulong)await slots.EndOfLogAsync(cancellation)
            || (cursor < log.From && await slots.OldestAsync(cancellation) is var oldest && (oldest is null || (ulong)oldest.Value > cursor.Commit)))
            subscription.Finish(EndReason.ResyncRequired);
        else catchUp.Enter(subscription);
    }

    /// <summary>The claim <c>exp</c>, seconds since 1970.</summary>
    public static long? ExpiryOf(Caller caller)
    {
        using var claims = JsonDocument.Parse(caller.Claims);
        return claims.RootElement.TryGetProperty("exp", out var exp) && exp.ValueKind == JsonValueKind.Number && exp.TryGetDouble(out var seconds) ? (long)Math.Min(seconds, 1e15) : null;
    }
}
