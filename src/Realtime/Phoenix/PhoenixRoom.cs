using Hedgerow.Postgres;
using Hedgerow.Realtime.Delivery;
using Hedgerow.Realtime.Presence;
using Hedgerow.Realtime.Topics;
using Microsoft.Extensions.Logging;

namespace Hedgerow.Realtime.Phoenix;

/// <summary>What every socket works with.</summary>
/// <param name="Verify">Who a token makes its bearer; the host's.</param>
/// <param name="Stopping">The gateway stops.</param>
public sealed record PhoenixRoom(
    RealtimeOptions Options, Func<string, Identity> Verify, ChangeFeed Changes, TopicHub Topics, TopicAccess Access, PresenceTable Presence,
    ILogger<PhoenixRoom> Logger, CancellationToken Stopping);
