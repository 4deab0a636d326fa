using System.Buffers;
using System.Text.Json;
using Hedgerow.Postgres;
using Hedgerow.Realtime.Delivery;
using Hedgerow.Realtime.Presence;
using Hedgerow.Realtime.Rows;
using Hedgerow.Realtime.Topics;
using Hedgerow.Realtime.Visibility;
using Npgsql;

namespace Hedgerow.Realtime.Phoenix;

/// <summary>
/// One topic that a socket joined: its broadcasts, its presence, and the row changes that were asked for with the join. Messages that come while the join
/// waits for the database are taken after it.
/// </summary>
public sealed class PhoenixChannel : ITopicMember
{
    private readonly PhoenixSocket _socket;
    private readonly PhoenixRoom _room;
    private readonly CancellationTokenSource _ending;
    private readonly CancellationToken _closing;
    private readonly TaskCompletionSource _joined = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _join = Task.CompletedTask, _pump = Task.CompletedTask;
    private JoinPayload? _config;
    private Caller? _caller;
    private string? _token;
    private TopicRights _mayRead = TopicRights.None;
    private TopicRights? _maySend;
    private ChangeSubscription? _subscription;
    private long[] _ids = [];
    private string _presenceKey = "";
    private PresenceMeta? _present;
    private volatile bool _hearsPresence;
    private Timer? _expiry;
    private int _closed;

    public PhoenixChannel(PhoenixSocket socket, PhoenixRoom room, string topic, string joinRef)
    {
        (_socket, _room, Topic, JoinRef) = (socket, room, topic, joinRef);
        _ending = CancellationTokenSource.CreateLinkedTokenSource(socket.Ending);
        _closing = _ending.Token;
    }

    public string Topic { get; }
    public string JoinRef { get; }

    private string Name => Topic[PhoenixTopic.Prefix.Length..];
    private TopicName Room => new(Name, _config!.Private);

    /// <summary>Starts the join; it answers by itself.</summary>
    public void Begin(PhoenixMessage message) => _join = JoinAsync(message);

    public async Task TakeAsync(PhoenixMessage message)
    {
        await _joined.Task.WaitAsync(_closing).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_closing.IsCancellationRequested || _config is null) return;
        try
        {
            switch (message.Event)
            {
                case "broadcast":
                    await BroadcastAsync(message);
                    break;
                case "presence":
                    await PresenceAsync(message);
                    break;
                case "access_token":
                    await RenewAsync(message);
                    break;
            }
        }
        catch (NpgsqlException)
        {
            if (message.Event == "access_token") await ShutAsync("Realtime was unable to connect to the project database");
            else if (message.Event != "broadcast" || _config.AckBroadcast) _socket.Reply(message, false, "{}"u8);
        }
    }

    public void Hear(Broadcast message)
    {
        if (_mayRead.Broadcast && PhoenixFrame.Of(_socket.Version, message) is { } frame) _socket.Send(frame);
    }

    public void Hear(PresenceDiff diff)
    {
        if (_hearsPresence) _socket.Send(PhoenixFrame.Of(_socket.Version, null, null, Topic, "presence_diff", diff.ToJson()));
    }

    /// <summary>Says why, and ends the channel.</summary>
    public async Task ShutAsync(string message)
    {
        SayError("system", message);
        _socket.Forget(this);
        await CloseAsync();
        _socket.Send(PhoenixFrame.Of(_socket.Version, JoinRef, JoinRef, Topic, "phx_close", "{}"u8.ToArray()));
    }

    /// <summary>Leaves everything; says nothing.</summary>
    public async Task CloseAsync()
    {
        if (Interlocked.Exchange(ref _closed, 1) == 1) return;
        await _ending.CancelAsync();
        await _join.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_expiry is not null) await _expiry.DisposeAsync();
        if (_config is not null)
        {
            _room.Topics.Leave(Room, this);
            if (_present is not null) _room.Presence.Untrack(Room, _present);
        }
        if (_subscription is not null) await _subscription.DisposeAsync();
        _ending.Dispose();
    }

    private async Task JoinAsync(PhoenixMessage message)
    {
        await Task.Yield();
        try
        {
            if (await TryJoinAsync(message) is { } reason)
            {
                _socket.Forget(this);
                _socket.Refuse(message, reason);
            }
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
            _joined.TrySetResult();
        }
    }

    /// <summary>Null, or why not.</summary>
    private async Task<string?> TryJoinAsync(PhoenixMessage message)
    {
        if (!JoinPayload.Read(message.Payload).Ok(out var config, out var error)) return $"{error.Code}: {error.Message}";
        // Keys of Supabase's newer kind are no tokens: the connection's counts.
        _token = config.Token is { } own && !own.StartsWith("sb_", StringComparison.Ordinal) ? own : _socket.Key;
        if (!_room.Verify(_token).Caller.Ok(out var caller, out error)) return TokenProblem(error);
        if (ChangeFeed.ExpiryOf(caller) is { } expiry && expiry <= Now) return $"InvalidJWTToken: Token has expired {Now - expiry} seconds ago";
        if (!config.Private && !_room.Options.PublicChannels) return "PrivateOnly: This project only allows private channels";
        if (config.Replay is not null && !config.Private) return "UnableToReplayMessages: Replay is not allowed for public channels";
        if (config.Replay == ReplayRequest.Invalid) return "UnableToReplayMessages: Replay params are not valid";

        // What is sent from SQL or by another gateway comes through the log: a join is no join before that is read.
        if (!await _room.Changes.IsFollowingAsync(_closing)) return "InitializingProjectConnection: Realtime is initializing the project connection";
        var rights = TopicRights.All;
        if (config.Private)
        {
            try
            {
                rights = await _room.Access.RightsAsync(caller, Name, AccessCatalogue.Command.Select, _closing);
            }
            catch (PostgresException e) when (e.SqlState[..2] is not ("08" or "53" or "57"))
            {
                rights = TopicRights.None;
            }
            if (!rights.Broadcast && !(rights.Presence && config.PresenceEnabled)) return $"Unauthorized: You do not have permissions to read from this Channel topic: {Name}";
        }
        else _maySend = TopicRights.All;

        ChangeSubscription? subscription = null;
        string? refusal = null;
        if (config.Changes.Count > 0)
        {
            refusal = config.Changes.Any(change => change.Request.Schema.Length == 0) ? "No subscription params provided. Please provide at least a `schema` or `table` to subscribe to" : null;
            if (refusal is null && !(await _room.Changes.SubscribeAsync(caller, [.. config.Changes.Select(change => change.Request)], config.Since, _closing)).Ok(out subscription, out error))
                refusal = $"Unable to subscribe to changes with given parameters. {error.Message}{(error.Hint is null ? "" : $". {error.Hint}")}";
            if (refusal is not null && config.WaitForChanges) return $"RealtimeDisabledForConfiguration: {refusal}";
        }

        (_config, _caller, _mayRead, _subscription) = (config, caller, rights, subscription);
        _presenceKey = config.PresenceKey.Length > 0 ? config.PresenceKey : Guid.NewGuid().ToString();
        _ids = [.. config.Changes.Select(change => IdOf(change.Json))];
        if (_closing.IsCancellationRequested) return null;
        Expire(caller);
        var replayed = config.Replay is { } replay ? await _room.Access.ReplayAsync(caller, Name, replay.Since, replay.Limit, _closing) : [];

        _socket.Reply(message, true, Joined(config));
        foreach (var old in replayed)
            if (PhoenixFrame.Of(_socket.Version, old) is { } frame) _socket.Send(frame);
        if (config.PresenceEnabled && rights.Presence) HearPresence();
        _room.Topics.Join(Room, this);
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
        if (subscription.End is not { } end || end.Reason is EndReason.Left or EndReason.Stopping) return;
        if (end.Reason == EndReason.TokenExpired)
        {
            await ShutAsync(Expired);
            return;
        }
        Say("postgres_changes", "error", $"{end.Code}: {end.Message}", end.Cursor.ToString());
        _socket.Forget(this);
        await CloseAsync();
        // Clients join again after phx_error, and not after phx_close: a cursor that is too old would only be refused again.
        _socket.Send(PhoenixFrame.Of(_socket.Version, JoinRef, JoinRef, Topic, end.Reason == EndReason.ResyncRequired && _config!.Since is not null ? "phx_close" : "phx_error", "{}"u8.ToArray()));
    }

    private async Task BroadcastAsync(PhoenixMessage message)
    {
        Broadcast? sent = message.Binary is { } binary
            ? new Broadcast(Room, binary.Event, !binary.Json, binary.Payload)
            : message.Payload.ValueKind == JsonValueKind.Object && message.Payload.TryGetProperty("event", out var name) && name.ValueKind == JsonValueKind.String
                ? new Broadcast(Room, name.GetString()!, false, message.Payload.TryGetProperty("payload", out var payload) ? JsonSerializer.SerializeToUtf8Bytes(payload) : "{}"u8.ToArray())
                : null;
        if (sent is null)
        {
            if (_config!.AckBroadcast) _socket.Refuse(message, "A broadcast needs an event");
            return;
        }
        // As Supabase: who may not send is not told so.
        if (!(await SendRightsAsync()).Broadcast) return;
        _room.Topics.Publish(sent, _config!.SelfBroadcast ? null : this);
        if (_config.AckBroadcast) _socket.Reply(message, true, "{}"u8);
    }

    private async Task PresenceAsync(PhoenixMessage message)
    {
        var name = message.Payload.ValueKind == JsonValueKind.Object && message.Payload.TryGetProperty("event", out var text) && text.ValueKind == JsonValueKind.String ? text.GetString()!.ToLowerInvariant() : "";
        if (name == "untrack")
        {
            if (Interlocked.Exchange(ref _present, null) is { } left) _room.Presence.Untrack(Room, left);
            _socket.Reply(message, true, "{}"u8);
            return;
        }
        var hasPayload = message.Payload.TryGetProperty("payload", out var payload);
        if (name != "track" || (hasPayload && payload.ValueKind != JsonValueKind.Object))
        {
            _socket.Refuse(message, name == "track" ? "Presence track payload must be a map" : "UnknownPresenceEvent: there are track and untrack");
            return;
        }
        if (!(await SendRightsAsync()).Presence)
        {
            _socket.Reply(message, false, "{}"u8);
            return;
        }
        // Whoever is seen sees: a client that did not ask for presence with its join hears of it from its first track on.
        if (!_hearsPresence && (!_config!.Private || (await _room.Access.RightsAsync(_caller!, Name, AccessCatalogue.Command.Select, _closing)).Presence)) HearPresence();
        byte[] json = hasPayload ? JsonSerializer.SerializeToUtf8Bytes(payload) : "{}"u8.ToArray();
        if (_present is null || !_present.Payload.Span.SequenceEqual(json)) _present = _room.Presence.Track(Room, _presenceKey, json, _present);
        _socket.Reply(message, true, "{}"u8);
    }

    private void HearPresence() => _room.Presence.Snapshot(Room, present =>
    {
        _socket.Send(PhoenixFrame.Of(_socket.Version, null, null, Topic, "presence_state", PresenceJson.StateOf(present)));
        _hearsPresence = true;
    });

    private async Task<TopicRights> SendRightsAsync()
    {
        if (_maySend is { } known) return known;
        try
        {
            return (_maySend = await _room.Access.RightsAsync(_caller!, Name, AccessCatalogue.Command.Insert, _closing))!;
        }
        catch (PostgresException e) when (e.SqlState[..2] is not ("08" or "53" or "57"))
        {
            return TopicRights.None;
        }
    }

    /// <summary>A refreshed token: what may be heard and sent is asked anew.</summary>
    private async Task RenewAsync(PhoenixMessage message)
    {
        if (message.Payload.ValueKind != JsonValueKind.Object || !message.Payload.TryGetProperty("access_token", out var text) || text.ValueKind != JsonValueKind.String) return;
        var token = text.GetString()!;
        if (token == _token || token.StartsWith("sb_", StringComparison.Ordinal)) return;
        if (!_room.Verify(token).Caller.Ok(out var caller, out var error))
        {
            await ShutAsync(TokenProblem(error));
            return;
        }
        if (_config!.Private)
        {
            var rights = await _room.Access.RightsAsync(caller, Name, AccessCatalogue.Command.Select, _closing);
            if ((_mayRead.Broadcast && !rights.Broadcast) || (_hearsPresence && !rights.Presence))
            {
                await ShutAsync($"You no longer have permission to read from this Channel topic: {Name}");
                return;
            }
            (_mayRead, _maySend) = (rights, null);
        }
        (_token, _caller) = (token, caller);
        Expire(caller);
        if (_subscription is not null) await _room.Changes.RenewAsync(_subscription, caller, _closing);
    }

    private void Expire(Caller caller)
    {
        _expiry?.Dispose();
        _expiry = null;
        if (ChangeFeed.ExpiryOf(caller) is not { } expiry) return;
        // Timers take 49 days at most: one that ends before the token does is set again.
        var left = Math.Clamp((expiry - Now) * 1000, 1, int.MaxValue);
        _expiry = new Timer(_ => _ = expiry <= Now ? ShutAsync(Expired) : Task.Run(() => Expire(caller)), null, left, Timeout.Infinite);
    }

    private const string Expired = "Token has expired 0 seconds ago";

    private static string TokenProblem(ApiError error) => error.Message switch
    {
        "JWT expired" => "InvalidJWTToken: Token has expired",
        _ when error.Details?.Contains("keys", StringComparison.Ordinal) ?? false => "JwtSignatureError: Failed to validate JWT signature",
        _ when error.Code == "PGRST301" => "MalformedJWT: The token provided is not a valid JWT",
        _ => $"Unauthorized: {error.Message}",
    };

    private static long Now => DateTimeOffset.UtcNow.ToUnixTimeSeconds();

    /// <summary>The bindings as they were asked for, each with the id that its changes will bear.</summary>
    private byte[] Joined(JoinPayload config)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, RowEncoding.Writer))
        {
            json.WriteStartObject();
            json.WriteStartArray("postgres_changes"u8);
            for (var i = 0; i < config.Changes.Count; i++)
            {
                json.WriteStartObject();
                foreach (var member in config.Changes[i].Json.EnumerateObject())
                    if (!member.NameEquals("id"u8)) member.WriteTo(json);
                json.WriteNumber("id"u8, _ids[i]);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            if (_subscription is not null) json.WriteString("cursor"u8, _subscription.Start.ToString());
            json.WriteEndObject();
        }
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>The same binding has the same id, also after a reconnect (FNV-1a, 27 bits as Erlang's phash2).</summary>
    private static long IdOf(JsonElement binding)
    {
        var hash = 2166136261u;
        foreach (var c in binding.GetRawText()) hash = (hash ^ c) * 16777619;
        return hash & 0x7FFFFFF;
    }

    private void SayError(string extension, string message) => Say(extension, "error", message);

    private void Say(string extension, string status, string message, string? cursor = null)
    {
        var payload = new Dictionary<string, string> { ["extension"] = extension, ["status"] = status, ["message"] = message, ["channel"] = Name };
        if (cursor is not null) payload["cursor"] = cursor;
        _socket.Send(PhoenixFrame.Of(_socket.Version, null, null, Topic, "system", JsonSerializer.SerializeToUtf8Bytes(payload)));
    }
}
