using Hedgerow.Postgres;

namespace Hedgerow.Storage.S3Protocol.Payload;

/// <summary>A body is not what its signature, its hash or its length says: its sender's mistake, found out while it was on its way into the store.</summary>
public sealed class PayloadRefusedException(ApiError error) : Exception(error.Message)
{
    public ApiError Error { get; } = error;
}
