using Hedgerow.Realtime.Wal;

namespace Hedgerow.Realtime.Delivery;

public enum EndReason
{
    /// <summary>The subscriber left.</summary>
    Left,

    /// <summary>Its buffer was full, and it read nothing for too long. <see cref="SubscriptionEnd.Cursor"/> is where to resume.</summary>
    TooSlow,

    /// <summary>What comes next is not kept any more: read the rows again, then subscribe without a cursor.</summary>
    ResyncRequired,

    /// <summary>The table was emptied by TRUNCATE, which tells no rows: as <see cref="ResyncRequired"/>.</summary>
    Truncated,

    TokenExpired,

    /// <summary>The gateway stops; another one, or the next, takes the cursor.</summary>
    Stopping,
}

/// <summary>Why a subscription's stream ended.</summary>
/// <param name="Cursor">The last change that was put into the stream, or its start: <c>since</c> of the next one.</param>
public sealed record SubscriptionEnd(EndReason Reason, Cursor Cursor)
{
    /// <summary>As clients read it: <c>resync_required</c> …</summary>
    public string Code => Reason switch
    {
        EndReason.TooSlow => "slow_consumer",
        EndReason.ResyncRequired or EndReason.Truncated => "resync_required",
        EndReason.TokenExpired => "token_expired",
        EndReason.Stopping => "restarting",
        _ => "left",
    };

    public string Message => Reason switch
    {
        EndReason.TooSlow => "Too many changes wait for this client; subscribe again with the cursor",
        EndReason.ResyncRequired => "Changes since the cursor are not kept any more; read the rows again",
        EndReason.Truncated => "The table was truncated; read the rows again",
        EndReason.TokenExpired => "The token has expired",
        EndReason.Stopping => "Realtime is restarting, please standby",
        _ => "Left",
    };
}
