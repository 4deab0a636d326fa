namespace Hedgerow.Storage.Backends;

/// <summary>What is wrong with the store.</summary>
public enum BackendFault
{
    /// <summary>It does not answer, or answers with an error.</summary>
    Unavailable,

    /// <summary>It did not answer in time.</summary>
    Slow,

    /// <summary>It has no room left.</summary>
    Full,

    /// <summary>It does not let the platform in.</summary>
    Refused,

    /// <summary>It does not put the named parts together: it does not hold them, or, as Ceph's gateway, holds more than are named.</summary>
    PartsMismatch,
}

/// <summary>The object store failed. Nothing was recorded; trying again later is safe.</summary>
public sealed class BackendException(BackendFault fault, string message, Exception? inner = null) : Exception(message, inner)
{
    public BackendFault Fault { get; } = fault;
}
