using System.Runtime.CompilerServices;
using System.Text.Json;
using Hedgerow.Postgres;
using Hedgerow.Realtime.Delivery;
using Hedgerow.Realtime.Topics;
using Hedgerow.Realtime.Visibility;
using Hedgerow.Realtime.Wal;
using Microsoft.AspNetCore.SignalR;
using Npgsql;

namespace Hedgerow.Realtime.SignalR;

/// <summary>
/// <c>/realtime/v1/hub</c>. Row changes are server-to-client streams; broadcasts and presence come as the client's methods <c>Broadcast</c>,
/// <c>PresenceState</c>, <c>PresenceDiff</c> and <c>Closed</c>. An error's message begins with its code: <c>invalid_filter: …</c>.
/// </summary>
public sealed class RealtimeHub(RealtimeRoom room, IHubContext<RealtimeHub> clients) : Hub
{
    private const string SessionKey = "hedgerow.session";

    private HubSession Session => (HubSession)Context.Items[SessionKey]!;

    public override Task OnConnectedAsync()
    {
        var http = Context.GetHttpContext()!;
        if (!room.Verify(HubGate.TokenOf(http)).Caller.Ok(out var caller, out var error)) throw Refusal(error);
        if (!room.Connections.TryEnter()) throw new HubException("too_many_connections: Too many connections are open. Try again later");
        Context.Items[SessionKey] = new HubSession(Context, caller, room.Options, clients.Clients.Client(Context.ConnectionId), session => LeaveAll(session, "token_expired"));
        return Task.CompletedTask;
    }

    public override async Task OnDisconnectedAsync(Exception? exception)
    {
        if (!Context.Items.TryGetValue(SessionKey, out var item) || item is not HubSession session) return;
        room.Connections.Leave();
        LeaveAll(session, reason: null);
        await session.DisposeAsync();
    }

    /// <summary>
    /// The changes to one table that the caller may see. First comes <c>{"type": "SUBSCRIBED", "cursor"}</c>: every change committed after it is in the stream.
    /// Then, for each, <c>{type, schema, table, commit_timestamp, columns, record, old_record, cursor}</c>. Where the stream ends by itself, its error says
    /// why: <c>resync_required</c>, <c>slow_consumer</c>, <c>token_expired</c>, <c>restarting</c>.
    /// </summary>
    /// <exception cref="HubException">What was asked for cannot be had.</exception>
    public async IAsyncEnumerable<RawJson> Changes(ChangesRequest? request, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var session = Session;
        using var place = session.BeginStream();
        var (binding, since) = Read(request ?? new ChangesRequest(null, null, null, null, null, null));
        var caller = session.Caller;
        if (!(await room.Changes.SubscribeAsync(caller, [binding], since, cancellation)).Ok(out var subscription, out var error)) throw Refusal(error);
        await using (subscription)
        {
            session.Subscriptions[subscription] = true;
            try
            {
                // Streams begin beside other calls: a renewal at this moment has not met this one.
                if (session.Caller != caller) await room.Changes.RenewAsync(subscription, session.Caller, cancellation);
                yield return new RawJson(JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, string> { ["type"] = "SUBSCRIBED", ["cursor"] = subscription.Start.ToString() }));
                await foreach (var change in subscription.ReadAllAsync(cancellation)) yield return new RawJson(change.Payload.ToJson());
            }
            finally
            {
                session.Subscriptions.TryRemove(subscription, out _);
            }
            if (subscription.End is { Reason: not EndReason.Left } end) throw new HubException($"{end.Code}: {end.Message} (cursor {end.Cursor})");
        }
    }

    /// <summary>Hear what is sent to a topic, and who is there.</summary>
    /// <exception cref="HubException">The topic is private, and the caller may not read it.</exception>
    public async Task Join(TopicRequest topic)
    {
        var session = Session;
        session.TakeJoin();
        var name = NameOf(topic);
        if (session.Topics.ContainsKey(name)) return;
        if (session.Topics.Count >= room.Options.MaxChannelsPerConnection)
            throw new HubException($"too_many_channels: A connection joins at most {room.Options.MaxChannelsPerConnection} topics");
        var rights = await RightsAsync(session.Caller, name, AccessCatalogue.Command.Select);
        if (!rights.Broadcast && !(rights.Presence && topic.Presence)) throw new HubException($"unauthorized: You do not have permissions to read from this topic: {name.Name}");
        var member = new HubMember(session, name, topic.Key) { MayRead = rights };
        if (!session.Topics.TryAdd(name, member)) return;
        // A member first: who comes between the two is told, or is in the state already.
        room.Topics.Join(name, member);
        if (topic.Presence && rights.Presence) member.HearPresence(room.Presence);
        // What a connection has is taken from it when it ends; this came too late for that.
        if (Context.ConnectionAborted.IsCancellationRequested) Leave(member);
    }

    public Task Leave(TopicRequest topic)
    {
        if (Session.Topics.TryRemove(NameOf(topic), out var member)) Leave(member);
        return Task.CompletedTask;
    }

    /// <summary>Sends to everybody in a topic that was joined.</summary>
    /// <returns>Whether it was sent: who may not send learns it only with <see cref="BroadcastOptions.Ack"/>.</returns>
    /// <exception cref="HubException">The topic was not joined; with <see cref="BroadcastOptions.Ack"/> also that it may not be sent.</exception>
    public async Task<bool> Broadcast(TopicRequest topic, string @event, JsonElement payload, BroadcastOptions? options)
    {
        Session.TakeMessage();
        var member = Member(topic);
        var sent = (await SendRightsAsync(member)).Broadcast;
        if (sent) room.Topics.Publish(new Broadcast(member.Topic, @event, false, JsonSerializer.SerializeToUtf8Bytes(payload)), options?.Self == true ? null : member);
        else if (options?.Ack == true) throw new HubException($"unauthorized: You do not have permissions to send to this topic: {member.Topic.Name}");
        return sent;
    }

    /// <summary>Be there, with a payload that the others see; called again, with another.</summary>
    /// <exception cref="HubException">The topic was not joined, the payload is no object, or one may not be seen there.</exception>
    public async Task Track(TopicRequest topic, JsonElement payload)
    {
        Session.TakeMessage();
        var member = Member(topic);
        if (payload.ValueKind != JsonValueKind.Object) throw new HubException("invalid_presence: The payload must be an object");
        if (!(await SendRightsAsync(member)).Presence) throw new HubException($"unauthorized: You do not have permissions to be present in this topic: {member.Topic.Name}");
        var json = JsonSerializer.SerializeToUtf8Bytes(payload);
        if (member.Present is null || !member.Present.Payload.Span.SequenceEqual(json)) member.Present = room.Presence.Track(member.Topic, member.PresenceKey, json, member.Present);
        if (Context.ConnectionAborted.IsCancellationRequested) Absent(member);
    }

    public Task Untrack(TopicRequest topic)
    {
        Absent(Member(topic));
        return Task.CompletedTask;
    }

    /// <summary>A refreshed token: from now on its claims decide, for streams and topics.</summary>
    /// <exception cref="HubException">It is refused; what holds stays as it was.</exception>
    public async Task Renew(string accessToken)
    {
        var session = Session;
        if (!room.Verify(accessToken).Caller.Ok(out var caller, out var error)) throw Refusal(error);
        session.Become(caller);
        foreach (var subscription in session.Subscriptions.Keys) await room.Changes.RenewAsync(subscription, caller, Context.ConnectionAborted);
        foreach (var member in session.Topics.Values.Where(member => member.Topic.Private))
        {
            var rights = await RightsAsync(caller, member.Topic, AccessCatalogue.Command.Select);
            if ((member.MayRead.Broadcast && !rights.Broadcast) || (member.HearsPresence && !rights.Presence)) Close(session, member, "unauthorized");
            else (member.MayRead, member.MaySend) = (rights, null);
        }
    }

    private void LeaveAll(HubSession session, string? reason)
    {
        foreach (var member in session.Topics.Values) Close(session, member, reason);
    }

    /// <param name="reason">Null: nobody is left to be told.</param>
    private void Close(HubSession session, HubMember member, string? reason)
    {
        if (!session.Topics.TryRemove(member.Topic, out _)) return;
        Leave(member);
        if (reason is not null) session.Send("Closed", new ClosedMessage(member.Topic.Name, reason, member.Topic.Private));
    }

    private void Leave(HubMember member)
    {
        room.Topics.Leave(member.Topic, member);
        Absent(member);
    }

    private void Absent(HubMember member)
    {
        if (member.Present is not { } present) return;
        member.Present = null;
        room.Presence.Untrack(member.Topic, present);
    }

    private HubMember Member(TopicRequest topic) => Session.Topics.TryGetValue(NameOf(topic), out var member)
        ? member
        : throw new HubException($"not_joined: Join the topic first: {topic.Topic}");

    private async Task<TopicRights> SendRightsAsync(HubMember member) =>
        member.MaySend ??= await RightsAsync(Session.Caller, member.Topic, AccessCatalogue.Command.Insert);

    private async Task<TopicRights> RightsAsync(Caller caller, TopicName topic, AccessCatalogue.Command command)
    {
        try
        {
            return await room.Access.RightsAsync(caller, topic, command, Context.ConnectionAborted);
        }
        catch (NpgsqlException)
        {
            throw new HubException("database_unavailable: Realtime is not connected to the database. Try again in a moment");
        }
    }

    private static TopicName NameOf(TopicRequest topic) => topic.Topic is { Length: > 0 and <= 255 }
        ? new TopicName(topic.Topic, topic.Private)
        : throw new HubException("invalid_topic: A topic has 1 to 255 characters");

    private static (BindingRequest Binding, Cursor? Since) Read(ChangesRequest request)
    {
        var events = request.Event?.ToUpperInvariant() switch
        {
            null or "" or BindingRequest.Any => ChangeEvents.All,
            "INSERT" => ChangeEvents.Insert,
            "UPDATE" => ChangeEvents.Update,
            "DELETE" => ChangeEvents.Delete,
            _ => throw new HubException($"invalid_subscription: There is no event \"{request.Event}\"; there are INSERT, UPDATE, DELETE and *"),
        };
        Cursor? since = null;
        if (!string.IsNullOrEmpty(request.Since)) since = Cursor.TryParse(request.Since, out var cursor) ? cursor : throw new HubException($"invalid_subscription: \"{request.Since}\" is no cursor");
        var columns = request.Columns is { Count: > 0 } ? request.Columns : null;
        return (new BindingRequest(events, Or(request.Schema, "public"), Or(request.Table, BindingRequest.Any), request.Filter, columns), since);
    }

    private static string Or(string? text, string otherwise) => string.IsNullOrEmpty(text) ? otherwise : text;

    private static HubException Refusal(ApiError error) => new($"{error.Code}: {error.Message}{(error.Hint is null ? "" : $". {error.Hint}")}");
}
