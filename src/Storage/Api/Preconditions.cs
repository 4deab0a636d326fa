using System.Globalization;
using Hedgerow.Storage.Objects;
using Microsoft.AspNetCore.Http;

namespace Hedgerow.Storage.Api;

/// <summary>Conditions on an object (RFC 9110, 13.2.2): the one on its tag decides where both are sent, and an empty one is none.</summary>
internal static class Preconditions
{
    /// <inheritdoc cref="Fail(string, string, ObjectMetadata)"/>
    public static bool Fail(HttpRequest request, ObjectMetadata metadata) =>
        Fail(request.Headers.IfMatch.ToString(), request.Headers.IfUnmodifiedSince.ToString(), metadata);

    /// <inheritdoc cref="IsUnchanged(string, string, ObjectMetadata)"/>
    public static bool IsUnchanged(HttpRequest request, ObjectMetadata metadata) =>
        IsUnchanged(request.Headers.IfNoneMatch.ToString(), request.Headers.IfModifiedSince.ToString(), metadata);

    /// <summary><c>If-Match</c>, else <c>If-Unmodified-Since</c>: the request is meant for another state of the object.</summary>
    public static bool Fail(string ifMatch, string ifUnmodifiedSince, ObjectMetadata metadata) =>
        ifMatch.Length > 0 ? !Matches(ifMatch, metadata) : Time(ifUnmodifiedSince) is { } since && metadata.LastModified.ToUnixTimeSeconds() > since;

    /// <summary><c>If-None-Match</c>, else <c>If-Modified-Since</c>: the client has it as it is.</summary>
    public static bool IsUnchanged(string ifNoneMatch, string ifModifiedSince, ObjectMetadata metadata) =>
        ifNoneMatch.Length > 0 ? Matches(ifNoneMatch, metadata) : Time(ifModifiedSince) is { } since && metadata.LastModified.ToUnixTimeSeconds() <= since;

    private static bool Matches(string tags, ObjectMetadata metadata) =>
        tags.Split(',', StringSplitOptions.TrimEntries).Any(tag => tag == "*" || Bare(tag) == Bare(metadata.ETag));

    // S3's clients leave the quotes out.
    private static string Bare(string tag) => (tag.StartsWith("W/", StringComparison.Ordinal) ? tag[2..] : tag).Trim('"');

    private static long? Time(string text) =>
        DateTimeOffset.TryParseExact(text, "R", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time.ToUnixTimeSeconds() : null;
}
