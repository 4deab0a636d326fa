using Hedgerow.Storage.Backends;

namespace Hedgerow.Storage.Reconcile;

/// <summary>What a way of uploading has under way, so that reconciling leaves it alone. One is registered for each such way.</summary>
/// <param name="VersionsAsync">Which of the versions are in use although no row points at them.</param>
/// <param name="PartsAsync">The uploads in parts that may go on (<see cref="IObjectBackend.BeginPartsAsync"/>).</param>
/// <param name="EndExpiredAsync">Ends those that may not, and says how many.</param>
public sealed record UploadsInFlight(
    Func<IReadOnlyCollection<VersionKey>, CancellationToken, Task<IReadOnlySet<VersionKey>>> VersionsAsync,
    Func<CancellationToken, Task<IReadOnlySet<string>>> PartsAsync,
    Func<CancellationToken, Task<int>> EndExpiredAsync);
