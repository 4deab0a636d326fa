using Hedgerow.Postgres;
using Hedgerow.Realtime.Delivery;
using Hedgerow.Realtime.Presence;
using Hedgerow.Realtime.Topics;
using Microsoft.Extensions.Logging;

namespace Hedgerow.Realtime;

/// <summary>What every connection works with, of either protocol.</summary>
/// <param name="Verify">Who a token makes its bearer; the host's.</param>
/// <param name="Stopping">The gateway stops.</param>
public sealed record RealtimeRoom(
    RealtimeOptions Options, ConnectionLimit Connections, Func<string, Identity> Verify, ChangeFeed Changes, TopicHub Topics, TopicAccess Access, PresenceTable Presence,
    ILogger<RealtimeRoom> Logger, CancellationToken Stopping);
