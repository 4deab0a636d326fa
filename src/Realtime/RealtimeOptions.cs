namespace Hedgerow.Realtime;

/// <summary>Row changes, broadcast and presence. Section <c>Realtime</c>. Each limit is a replica's own.</summary>
public sealed record RealtimeOptions
{
    /// <summary>Off: nothing is read from the write-ahead log, and the routes answer 503.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>Seconds of the past that a client can be given again after it was away.</summary>
    public int RetentionSeconds { get; init; } = 600;

    /// <summary>Megabytes of write-ahead log that are kept for that at most. Keep it below the server's <c>max_slot_wal_keep_size</c>.</summary>
    public int RetentionMegabytes { get; init; } = 512;

    /// <summary>Megabytes of decoded changes held in memory; clients that come back soon are served from here.</summary>
    public int RecentMegabytes { get; init; } = 32;

    /// <summary>Changes that wait in memory for one client, and at most four megabytes. Where there are more it goes on from the log as it reads.</summary>
    public int SubscriptionBuffer { get; init; } = 1000;

    /// <summary>Seconds that a client may read nothing while its buffer is full; after that it is cut, with a cursor to resume from.</summary>
    public int SubscriptionStallSeconds { get; init; } = 60;

    /// <summary>Connections to the database besides the reader's.</summary>
    public int PoolSize { get; init; } = 8;

    /// <summary>Connections at once, of both protocols; above it 429.</summary>
    public int MaxConnections { get; init; } = 50_000;

    /// <summary>Channels of one socket.</summary>
    public int MaxChannelsPerConnection { get; init; } = 100;

    /// <summary>Joins that one socket may ask for in a second.</summary>
    public int MaxJoinsPerSecond { get; init; } = 100;

    /// <summary>Messages that one socket may send in a second; above it its channel is closed.</summary>
    public int MaxMessagesPerSecond { get; init; } = 1000;

    /// <summary>Largest frame or broadcast, in bytes.</summary>
    public int MaxFrameBytes { get; init; } = 1024 * 1024;

    /// <summary>Subscriptions to row changes in one channel.</summary>
    public int MaxBindingsPerChannel { get; init; } = 100;

    /// <summary>Channels that are not private are open to whoever holds a valid key.</summary>
    public bool PublicChannels { get; init; } = true;
}
