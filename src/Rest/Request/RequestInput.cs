using Microsoft.AspNetCore.Http;

namespace Hedgerow.Rest.Request;

/// <summary>What parsing needs of an HTTP request.</summary>
public readonly record struct RequestInput
{
    /// <summary>As it came, in capitals.</summary>
    public required string Method { get; init; }

    /// <summary>The path below the base path, percent-encoded as it came: <c>/</c>, <c>/projects</c>, <c>/rpc/add</c>.</summary>
    public required string RawPath { get; init; }

    /// <summary>The query string as it came, without or with its question mark.</summary>
    public required string RawQuery { get; init; }

    public required IHeaderDictionary Headers { get; init; }

    public ReadOnlyMemory<byte> Body { get; init; }
}
