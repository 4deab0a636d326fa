using Hedgerow.Postgres;
using Hedgerow.Realtime.Delivery;
using Hedgerow.Realtime.Topics;
using Hedgerow.Realtime.Visibility;
using Npgsql;

namespace Hedgerow.Realtime.Phoenix;

/// <summary>Whose a channel is, and what they may do in its topic: by the token of the join, then by each that takes its place.</summary>
internal sealed class ChannelAccess : IAsyncDisposable
{
    public const string Expired = "Token has expired 0 seconds ago";

    private readonly RealtimeRoom _room;
    private readonly Func<string, Task> _shut;
    private string _token;
    private TopicRights? _maySend;
    private Timer? _expiry;

    private ChannelAccess(RealtimeRoom room, TopicName topic, string token, Caller caller, Func<string, Task> shut)
    {
        (_room, Topic, _token, Caller, _shut) = (room, topic, token, caller, shut);
        Expire();
    }

    public TopicName Topic { get; }

    public Caller Caller { get; private set; }

    public TopicRights MayRead { get; private set; } = TopicRights.None;

    /// <summary>Supabase's error, or null with an <paramref name="access"/> whose rights are not asked yet.</summary>
    /// <param name="shut">Called with the reason when the token's time is over.</param>
    public static string? Verify(RealtimeRoom room, string token, TopicName topic, Func<string, Task> shut, out ChannelAccess? access)
    {
        access = null;
        if (!room.Verify(token).Caller.Ok(out var caller, out var error)) return Problem(error);
        if (ChangeFeed.ExpiryOf(caller) is { } expiry && expiry <= Now) return $"InvalidJWTToken: Token has expired {Now - expiry} seconds ago";
        if (!topic.Private && !room.Options.PublicChannels) return "PrivateOnly: This project only allows private channels";
        access = new ChannelAccess(room, topic, token, caller, shut);
        return null;
    }

    public async Task ReadRightsAsync(CancellationToken cancellation) =>
        MayRead = await _room.Access.RightsAsync(Caller, Topic, AccessCatalogue.Command.Select, cancellation);

    /// <exception cref="NpgsqlException">The database cannot be asked.</exception>
    public async Task<TopicRights> SendRightsAsync(CancellationToken cancellation) =>
        _maySend ??= await _room.Access.RightsAsync(Caller, Topic, AccessCatalogue.Command.Insert, cancellation);

    /// <summary>What may be heard and sent is asked anew with <paramref name="token"/>. True where it is another one, and a good one; else the channel is shut, or stays as it was.</summary>
    /// <exception cref="NpgsqlException">The database cannot be asked.</exception>
    public async Task<bool> RenewAsync(string token, bool hearsPresence, CancellationToken cancellation)
    {
        if (token == _token || token.StartsWith("sb_", StringComparison.Ordinal)) return false;
        if (!_room.Verify(token).Caller.Ok(out var caller, out var error))
        {
            await _shut(Problem(error));
            return false;
        }
        var rights = await _room.Access.RightsAsync(caller, Topic, AccessCatalogue.Command.Select, cancellation);
        if ((MayRead.Broadcast && !rights.Broadcast) || (hearsPresence && !rights.Presence))
        {
            await _shut($"You no longer have permission to read from this Channel topic: {Topic.Name}");
            return false;
        }
        (_token, Caller, MayRead, _maySend) = (token, caller, rights, null);
        Expire();
        return true;
    }

    public ValueTask DisposeAsync() => _expiry?.DisposeAsync() ?? ValueTask.CompletedTask;

    private void Expire()
    {
        _expiry?.Dispose();
        _expiry = null;
        if (ChangeFeed.ExpiryOf(Caller) is not { } expiry) return;
        // Timers take 49 days at most: one that ends before the token does is set again.
        var left = Math.Clamp((expiry - Now) * 1000, 1, int.MaxValue);
        _expiry = new Timer(_ => _ = expiry <= Now ? _shut(Expired) : Task.Run(Expire), null, left, Timeout.Infinite);
    }

    private static string Problem(ApiError error) => error.Message switch
    {
        "JWT expired" => "InvalidJWTToken: Token has expired",
        _ when error.Details?.Contains("keys", StringComparison.Ordinal) ?? false => "JwtSignatureError: Failed to validate JWT signature",
        _ when error.Code == "PGRST301" => "MalformedJWT: The token provided is not a valid JWT",
        _ => $"Unauthorized: {error.Message}",
    };

    private static long Now => DateTimeOffset.UtcNow.ToUnixTimeSeconds();
}
