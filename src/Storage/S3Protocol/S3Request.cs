using System.Globalization;
using Hedgerow.Postgres;
using Hedgerow.Storage.Api;
using Hedgerow.Storage.Objects;
using Hedgerow.Storage.S3Protocol.Payload;
using Hedgerow.Storage.S3Protocol.Signing;
using Microsoft.AspNetCore.Http;

namespace Hedgerow.Storage.S3Protocol;

/// <summary>A request whose sender is known, as the calls see it.</summary>
public sealed class S3Request(StorageRequest request, S3Target target, Authenticated sender)
{
    public HttpContext Http => request.Http;

    public HttpResponse Response => request.Http.Response;

    /// <summary>On whose behalf, with which claims.</summary>
    public Session Session => request.Session;

    public string Bucket => target.Bucket;

    public string Key => target.Key;

    /// <summary>A parameter of the query; null where it is missing or empty.</summary>
    public string? Query(string name) => target[name] is { Length: > 0 } value ? value : null;

    /// <summary>A header; null where it is missing or empty.</summary>
    public string? Header(string name) => request.Header(name) is { Length: > 0 } value ? value : null;

    /// <summary>Where an object of the bucket is found.</summary>
    public string Address(string key) =>
        $"{Http.Request.Scheme}://{Http.Request.Host}{StorageEndpoints.BasePath}{S3Route.Path}/{UriText.Encode(Bucket)}/{UriText.Encode(key, keepsSlash: true)}";

    /// <summary>The body, unread.</summary>
    public Result<S3Payload> Payload() => S3Payload.Open(request.Http.Request, sender);

    /// <summary>A whole number in the query; <paramref name="missing"/> where there is none.</summary>
    public bool Number(string name, int missing, int least, int most, out int number, out ApiError? error)
    {
        (number, error) = (missing, null);
        if (Query(name) is not { } text) return true;
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) || number < least || number > most)
            error = S3Errors.InvalidArgument($"{name} must be a whole number from {least} to {most}");
        return error is null;
    }
}
