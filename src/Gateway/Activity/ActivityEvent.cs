using System.Net;

namespace Hedgerow.Gateway.Activity;

/// <summary>Something worth noting in the database about a request that has been served.</summary>
public abstract record ActivityEvent
{
    /// <summary>A session was used.</summary>
    public sealed record SessionSeen(Guid Session) : ActivityEvent;

    /// <summary>A request was answered.</summary>
    /// <param name="Claims">The caller's claims, JSON; null where the token was refused.</param>
    /// <param name="Path">Without its query string.</param>
    public sealed record RequestServed(
        string? Claims, string Path, string Method, int Status, int Milliseconds, IPAddress? Address, string Agent, DateTimeOffset At) : ActivityEvent;
}
