using System.Text.Json;
using Hedgerow.Postgres;
using Hedgerow.Realtime.Delivery;
using Hedgerow.Realtime.Presence;
using Hedgerow.Realtime.Topics;
using Npgsql;

namespace Hedgerow.Realtime.Phoenix;

/// <summary>
/// One topic that a socket joined: its broadcasts, its presence, and the row changes that were asked for with the join. Messages that come while the join
/// waits for the database are taken after it.
/// </summary>
public sealed class PhoenixChannel : ITopicMember
{
    private readonly PhoenixSocket _socket;
    private readonly RealtimeRoom _room;
    private readonly CancellationTokenSource _ending;
    private readonly CancellationToken _closing;
    private readonly TaskCompletionSource _joined = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _join = Task.CompletedTask, _pump = Task.CompletedTask;
    private JoinPayload? _config;
    private ChannelAccess? _access;
    private ChannelPresence? _presence;
    private ChangeSubscription? _subscription;
    private long[] _ids = [];
    private int _closed;

    public PhoenixChannel(PhoenixSocket socket, RealtimeRoom room, string topic, string joinRef)
    {
        (_socket, _room, Topic, JoinRef) = (socket, room, topic, joinRef);
        _ending = CancellationTokenSource.CreateLinkedTokenSource(socket.Ending);
        _closing = _ending.Token;
    }

    public string Topic { get; }
    public string JoinRef { get; }

    private string Name => Topic[PhoenixTopic.Prefix.Length..];

    /// <summary>Starts the join; it answers by itself.</summary>
    public void Begin(PhoenixMessage message) => _join = JoinAsync(message);

    public async Task TakeAsync(PhoenixMessage message)
    {
        await _joined.Task.WaitAsync(_closing).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_closing.IsCancellationRequested || Volatile.Read(ref _closed) == 1 || _config is null) return;
        try
        {
            switch (message.Event)
            {
                case "broadcast":
                    await BroadcastAsync(message);
                    break;
                case "presence":
                    await PresenceAsync(message, _presence!);
                    break;
                case "access_token":
                    await RenewAsync(message);
                    break;
            }
        }
        catch (OperationCanceledException) when (!_socket.Ending.IsCancellationRequested)
        {
            // This channel ended meanwhile, by itself: the socket goes on.
        }
        catch (NpgsqlException)
        {
            if (message.Event == "access_token") await ShutAsync("Realtime was unable to connect to the project database");
            else if (message.Event != "broadcast" || _config.AckBroadcast) _socket.Reply(message, false, "{}"u8);
        }
    }

    public void Hear(Broadcast message)
    {
        if (_access!.MayRead.Broadcast && PhoenixFrame.Of(_socket.Version, message) is { } frame) _socket.Send(frame);
    }

    public void Hear(PresenceDiff diff) => _presence!.Hear(diff);

    /// <summary>Says why, and ends the channel.</summary>
    public async Task ShutAsync(string message)
    {
        if (Volatile.Read(ref _closed) == 1) return;
        SayError("system", message);
        await FailAsync("phx_close");
    }

    /// <summary>Leaves everything; says nothing.</summary>
    public async Task CloseAsync()
    {
        if (Interlocked.Exchange(ref _closed, 1) == 1) return;
        await _ending.CancelAsync();
        await _join.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await EndAsync();
    }

    /// <summary>Gives back whatever the join had taken so far.</summary>
    private async Task EndAsync()
    {
        if (_access is not null) await _access.DisposeAsync();
        if (_config is not null)
        {
            _room.Topics.Leave(_access!.Topic, this);
            _presence!.Leave();
        }
        if (_subscription is not null) await _subscription.DisposeAsync();
        _ending.Dispose();
    }

    private async Task JoinAsync(PhoenixMessage message)
    {
        await Task.Yield();
        var joined = false;
        try
        {
            if (await TryJoinAsync(message) is { } reason)
            {
                _socket.Forget(this);
                _socket.Refuse(message, reason);
            }
            else joined = true;
        }
        catch (OperationCanceledException)
        {
            // The channel was left meanwhile.
        }
        catch (NpgsqlException)
        {
            _socket.Forget(this);
            _socket.Refuse(message, "UnableToConnectToProject: Realtime was unable to connect to the project database");
        }
        catch (Exception e)
        {
            Log.SocketFailed(_room.Logger, e);
            _socket.Forget(this);
            _socket.Refuse(message, "Unknown Error on Channel");
        }
        finally
        {
            if (!joined && Interlocked.Exchange(ref _closed, 1) == 0) await EndAsync();
            _joined.TrySetResult();
        }
    }

    /// <summary>Null, or why not.</summary>
    private async Task<string?> TryJoinAsync(PhoenixMessage message)
    {
        if (!JoinPayload.Read(message.Payload).Ok(out var config, out var error)) return $"{error.Code}: {error.Message}";
        // Keys of Supabase's newer kind are no tokens: the connection's counts.
        var token = config.Token is { } own && !own.StartsWith("sb_", StringComparison.Ordinal) ? own : _socket.Key;
        var topic = new TopicName(Name, config.Private);
        if (ChannelAccess.Verify(_room, token, topic, ShutAsync, out _access) is { } problem) return problem;
        var access = _access!;
        if (config.Replay is not null && !config.Private) return "UnableToReplayMessages: Replay is not allowed for public channels";
        if (config.Replay == ReplayRequest.Invalid) return "UnableToReplayMessages: Replay params are not valid";

        // What is sent from SQL or by another gateway comes through the log: a join is no join before that is read.
        if (!await _room.Changes.IsFollowingAsync(_closing)) return "InitializingProjectConnection: Realtime is initializing the project connection";
        await access.ReadRightsAsync(_closing);
        if (!access.MayRead.Broadcast && !(access.MayRead.Presence && config.PresenceEnabled)) return $"Unauthorized: You do not have permissions to read from this Channel topic: {Name}";

        ChangeSubscription? subscription = null;
        string? refusal = null;
        if (config.Changes.Count > 0)
        {
            refusal = config.Changes.Any(change => change.Request.Schema.Length == 0) ? "No subscription params provided. Please provide at least a `schema` or `table` to subscribe to" : null;
            if (refusal is null && !(await _room.Changes.SubscribeAsync(access.Caller, [.. config.Changes.Select(change => change.Request)], config.Since, _closing)).Ok(out subscription, out error))
                refusal = $"Unable to subscribe to changes with given parameters. {error.Message}{(error.Hint is null ? "" : $". {error.Hint}")}";
            if (refusal is not null && config.WaitForChanges) return $"RealtimeDisabledForConfiguration: {refusal}";
        }

        var presence = new ChannelPresence(
            _room.Presence, topic, config.PresenceKey.Length > 0 ? config.PresenceKey : Guid.NewGuid().ToString(),
            (name, payload) => _socket.Send(PhoenixFrame.Of(_socket.Version, null, null, Topic, name, payload)));
        (_config, _presence, _subscription, _ids) = (config, presence, subscription, JoinReply.IdsOf(config));
        if (_closing.IsCancellationRequested) return null;
        var replayed = config.Replay is { } replay ? await _room.Access.ReplayAsync(access.Caller, Name, replay.Since, replay.Limit, _closing) : [];

        _socket.Reply(message, true, JoinReply.Of(config, _ids, subscription));
        foreach (var old in replayed)
            if (PhoenixFrame.Of(_socket.Version, old) is { } frame) _socket.Send(frame);
        // A member first: who comes between the two is told, or is in the state already.
        _room.Topics.Join(topic, this);
        if (config.PresenceEnabled && access.MayRead.Presence) presence.Listen();
        if (config.ReplicationReady) Say("system", "ok", "Replication connection established");
        if (refusal is not null) SayError("postgres_changes", refusal);
        if (subscription is not null)
        {
            Say("postgres_changes", "ok", "Subscribed to PostgreSQL");
            _pump = PumpAsync(subscription);
        }
        return null;
    }

    /// <summary>Every subscription's change goes out as it comes; the socket's pace is the stream's.</summary>
    private async Task PumpAsync(ChangeSubscription subscription)
    {
        try
        {
            await foreach (var change in subscription.ReadAllAsync(_closing))
                await _socket.SendAsync(PhoenixFrame.Change(_socket.Version, Topic, change.Bindings.Select(number => _ids[number]), change.Payload.ToSupabaseJson()));
        }
        catch (Exception e) when (e is OperationCanceledException or System.Threading.Channels.ChannelClosedException)
        {
            return;
        }
        catch (Exception e)
        {
            Log.SocketFailed(_room.Logger, e);
            SayError("postgres_changes", "Unknown Error on Channel");
            await FailAsync("phx_error");
            return;
        }
        if (subscription.End is not { } end || end.Reason is EndReason.Left or EndReason.Stopping) return;
        if (end.Reason == EndReason.TokenExpired)
        {
            await ShutAsync(ChannelAccess.Expired);
            return;
        }
        Say("postgres_changes", "error", $"{end.Code}: {end.Message}", end.Cursor.ToString());
        // Clients join again after phx_error, and not after phx_close: a cursor that is too old would only be refused again.
        await FailAsync(end.Code == "resync_required" && _config!.Since is not null ? "phx_close" : "phx_error");
    }

    private async Task FailAsync(string farewell)
    {
        _socket.Forget(this);
        await CloseAsync();
        _socket.Send(PhoenixFrame.Of(_socket.Version, JoinRef, JoinRef, Topic, farewell, "{}"u8.ToArray()));
    }

    private async Task BroadcastAsync(PhoenixMessage message)
    {
        Broadcast? sent = message.Binary is { } binary
            ? new Broadcast(_access!.Topic, binary.Event, !binary.Json, binary.Payload)
            : message.Payload.ValueKind == JsonValueKind.Object && message.Payload.TryGetProperty("event", out var name) && name.ValueKind == JsonValueKind.String
                ? new Broadcast(_access!.Topic, name.GetString()!, false, message.Payload.TryGetProperty("payload", out var payload) ? JsonSerializer.SerializeToUtf8Bytes(payload) : "{}"u8.ToArray())
                : null;
        if (sent is null)
        {
            if (_config!.AckBroadcast) _socket.Refuse(message, "A broadcast needs an event");
            return;
        }
        // As Supabase: who may not send is not told so.
        if (!(await _access!.SendRightsAsync(_closing)).Broadcast) return;
        _room.Topics.Publish(sent, _config!.SelfBroadcast ? null : this);
        if (_config.AckBroadcast) _socket.Reply(message, true, "{}"u8);
    }

    private async Task PresenceAsync(PhoenixMessage message, ChannelPresence presence)
    {
        var name = message.Payload.ValueKind == JsonValueKind.Object && message.Payload.TryGetProperty("event", out var text) && text.ValueKind == JsonValueKind.String ? text.GetString()!.ToLowerInvariant() : "";
        if (name == "untrack")
        {
            presence.Untrack();
            _socket.Reply(message, true, "{}"u8);
            return;
        }
        JsonElement payload = default;
        if (name != "track" || (message.Payload.TryGetProperty("payload", out payload) && payload.ValueKind != JsonValueKind.Object))
        {
            _socket.Refuse(message, name == "track" ? "Presence track payload must be a map" : "UnknownPresenceEvent: there are track and untrack");
            return;
        }
        if (!(await _access!.SendRightsAsync(_closing)).Presence)
        {
            _socket.Reply(message, false, "{}"u8);
            return;
        }
        // Whoever is seen sees: a client that did not ask for presence with its join hears of it from its first track on.
        if (!presence.Hears && _access.MayRead.Presence) presence.Listen();
        presence.Track(payload);
        _socket.Reply(message, true, "{}"u8);
    }

    /// <summary>A refreshed token: what may be heard and sent is asked anew.</summary>
    private async Task RenewAsync(PhoenixMessage message)
    {
        if (message.Payload.ValueKind != JsonValueKind.Object || !message.Payload.TryGetProperty("access_token", out var token) || token.ValueKind != JsonValueKind.String) return;
        if (await _access!.RenewAsync(token.GetString()!, _presence!.Hears, _closing) && _subscription is not null)
            await _room.Changes.RenewAsync(_subscription, _access.Caller, _closing);
    }

    private void SayError(string extension, string message) => Say(extension, "error", message);

    private void Say(string extension, string status, string message, string? cursor = null)
    {
        var payload = new Dictionary<string, string> { ["extension"] = extension, ["status"] = status, ["message"] = message, ["channel"] = Name };
        if (cursor is not null) payload["cursor"] = cursor;
        _socket.Send(PhoenixFrame.Of(_socket.Version, null, null, Topic, "system", JsonSerializer.SerializeToUtf8Bytes(payload)));
    }
}
