using System.Net;
using Amazon.Runtime;
using Amazon.S3;

namespace Hedgerow.Storage.Backends;

/// <summary>What an S3 server, or the lack of one, comes down to.</summary>
internal static class S3Faults
{
    /// <summary>Null for what is no failure of the store's.</summary>
    public static BackendException? Of(Exception e, S3Patience patience) => e switch
    {
        BackendException known => known,
        _ when patience.IsOver => new(BackendFault.Slow, "The object store does not answer in time", e),
        OperationCanceledException => null,
        AmazonS3Exception { ErrorCode: "QuotaExceeded" or "InsufficientCapacity" or "XMinioStorageFull" or "XMinioDiskFull" or "InsufficientStorage" }
            or AmazonServiceException { StatusCode: HttpStatusCode.InsufficientStorage } => new(BackendFault.Full, "The object store is full", e),
        AmazonServiceException { StatusCode: HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized } =>
            new(BackendFault.Refused, "The object store refuses the platform's access key", e),
        HttpRequestException or IOException => new(BackendFault.Unavailable, "The object store cannot be reached", e),
        // Whatever else the SDK makes of what a server sends.
        _ => new(BackendFault.Unavailable, "The object store does not answer as it should", e),
    };
}
