using Hedgerow.Postgres;
using Hedgerow.Storage.Backends;
using Npgsql;

namespace Hedgerow.Storage;

/// <summary>
/// The room's refusals, with Supabase's codes and wording, which clients match on. <see cref="ApiError.Status"/> is what the body calls
/// <c>statusCode</c>. Source: supabase/storage, src/internal/errors/codes.ts.
/// </summary>
public static class StorageErrors
{
    private const string RobotsTagRefused = "Invalid X-Robots-Tag header: ";

    private static readonly KeyValuePair<string, string>[] s_retry = [new("Retry-After", "1")];

    public static ApiError NoSuchBucket { get; } = new(404, "NoSuchBucket", "Bucket not found");
    public static ApiError NoSuchKey { get; } = new(404, "NoSuchKey", "Object not found");
    public static ApiError BucketExists { get; } = new(409, "BucketAlreadyExists", "The resource already exists");
    public static ApiError KeyExists { get; } = new(409, "KeyAlreadyExists", "The resource already exists");
    public static ApiError BucketNotEmpty { get; } = new(409, "ResourceNotEmpty", "The bucket you tried to delete is not empty");
    public static ApiError InvalidBucketName { get; } = new(400, "InvalidBucketName", "Bucket name invalid");
    public static ApiError TooLarge { get; } = new(413, "EntityTooLarge", "The object exceeded the maximum allowed size");
    public static ApiError MetadataTooLarge { get; } = new(413, "EntityTooLarge", "The user_metadata exceeded the maximum allowed size");
    public static ApiError BodyTooLarge { get; } = new(413, "EntityTooLarge", "The request's body exceeded the maximum allowed size");
    public static ApiError InvalidFileSize { get; } = new(400, "InvalidRequest", "Invalid file size format, hint: use 20GB / 20MB / 30KB / 3B");
    public static ApiError NoContent { get; } = new(400, "InvalidRequest", "No content provided");
    public static ApiError NoAuthorization { get; } = Invalid("headers must have required property 'authorization'");
    public static ApiError NoToken { get; } = Invalid("querystring must have required property 'token'");
    public static ApiError InvalidSignature { get; } = new(400, "InvalidSignature", "Invalid signature");
    public static ApiError ExpiredUrl { get; } = new(400, "InvalidJWT", "\"exp\" claim timestamp check failed");
    public static ApiError InvalidRange { get; } = new(416, "InvalidRange", "invalid range provided");
    public static ApiError PreconditionFailed { get; } = new(412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold");
    public static ApiError NoSuchUpload { get; } = new(404, "NoSuchUpload",
        "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed");
    public static ApiError NoBytes { get; } = new(404, "NoSuchKey", "The resource was not found");
    public static ApiError InvalidChecksum { get; } = new(400, "InvalidChecksum", "The body does not have the checksum that its headers name");

    public static ApiError NoCdn { get; } = new(400, "MissingParameter", "No cache is configured that could be purged (Storage:CdnPurgeUrl)");
    public static ApiError CdnFailed { get; } = new(502, "InternalError", "The cache could not be purged: it did not answer, or refused");
    public static ApiError ImagesOff { get; } = new(403, "FeatureNotEnabled", "Images are not transformed here (Storage:Images:Enabled)");
    /// <summary>Who asks for an old version must not get the current one, or lose it.</summary>
    public static ApiError NoVersions { get; } = NotEnabled("object versioning");
    /// <summary>Lifecycles end old versions, and there are none.</summary>
    public static ApiError NoLifecycles { get; } = NotEnabled("object lifecycles");
    public static ApiError NoImages { get; } = new(501, "NotImplemented", "Images cannot be transformed: libvips 8.13 or newer is not installed on the server (Debian: libvips42)");
    public static ApiError NoImage { get; } = new(422, "InvalidRequest", "The object is not an image that can be transformed: JPEG, PNG, GIF, WebP, AVIF and HEIC are");
    public static ApiError BadImage { get; } = new(422, "InvalidRequest", "The image is damaged: it cannot be read to its end");
    public static ApiError UnwritableImage { get; } = new(422, "InvalidRequest", "The transformed image is too large for its format; ask for a smaller one");
    public static ApiError TooManyImages { get; } = new(429, "SlowDown", "Too many images are being transformed; try again") { Headers = s_retry };

    public static ApiError ImageTooLarge(long bytes) => new(422, "InvalidRequest", $"The image is larger than the {bytes} bytes that can be transformed");
    public static ApiError TooManyPixels(int megapixels) => new(422, "InvalidRequest", $"The image has more than the {megapixels} megapixels that can be transformed");
    public static ApiError ImageTooSlow(int seconds) => new(503, "SlowDown", $"The image could not be transformed within {seconds} s") { Headers = s_retry };
    public static ApiError Invalid(string message) => new(400, "InvalidRequest", message);
    public static ApiError InvalidKey(string name) => new(400, "InvalidKey", $"Invalid key: {Shown(name)}");
    public static ApiError InvalidMimeType(string type) => new(415, "InvalidMimeType", $"mime type {Shown(type)} is not supported");
    public static ApiError AccessDenied(string message) => new(403, "AccessDenied", message);
    public static ApiError InvalidToken(string message) => new(400, "InvalidJWT", message);
    public static ApiError WrongScope(string scope) => new(400, "InvalidSignature", $"Token is not scoped for {scope}");
    public static ApiError InvalidRobotsTag(string message) => new(400, "InvalidRequest", $"{RobotsTagRefused}{Shown(message)}");
    public static ApiError InvalidParameter(string message) => new(400, "InvalidParameter", message);
    public static ApiError NotEnabled(string feature) => new(409, "FeatureNotEnabled", $"The feature {feature} is not enabled for this resource");

    /// <summary>What the body calls <c>error</c>: older than the code, and what older clients read.</summary>
    public static string LegacyName(ApiError error) => error.Code switch
    {
        "NoSuchBucket" => "Bucket not found",
        "NoSuchKey" => "not_found",
        "BucketAlreadyExists" or "KeyAlreadyExists" or "ResourceAlreadyExists" => "Duplicate",
        "InvalidBucketName" => "Invalid Input",
        "EntityTooLarge" => "Payload too large",
        "AccessDenied" => "Unauthorized",
        "InvalidMimeType" => "invalid_mime_type",
        "InvalidRange" => "invalid_range",
        "InvalidRequest" when error.Message.StartsWith(RobotsTagRefused, StringComparison.Ordinal) => "invalid_x_robots_tag",
        "InvalidRequest" when error.Message.Contains("must ", StringComparison.Ordinal) => "Error",
        _ => error.Code,
    };

    /// <summary>What the database refused. Null: nothing that a caller could have done.</summary>
    public static ApiError? Of(PostgresException e) => e.SqlState switch
    {
        PostgresErrorCodes.InsufficientPrivilege => AccessDenied(
            e.MessageText.Contains("row-level security", StringComparison.Ordinal) ? "new row violates row-level security policy" : e.MessageText),
        // set role: a token that names a role which is not there, or which storage may not become.
        PostgresErrorCodes.InvalidParameterValue when e.MessageText.StartsWith("role ", StringComparison.Ordinal) => AccessDenied(e.MessageText),
        PostgresErrorCodes.UniqueViolation => new(409, "ResourceAlreadyExists", "The resource already exists"),
        PostgresErrorCodes.ForeignKeyViolation => new(404, "InvalidRequest", "The related resource does not exist"),
        PostgresErrorCodes.LockNotAvailable => new(423, "ResourceLocked", "The resource is locked"),
        PostgresErrorCodes.QueryCanceled => new(544, "DatabaseTimeout", "The connection to the database timed out"),
        PostgresErrorCodes.ReadOnlySqlTransaction => new(503, "DatabaseReadOnly", "The database is currently in read-only mode. Please try again later."),
        PostgresErrorCodes.TooManyConnections => new(503, "DatabaseConnectionLimit", "The database has reached its maximum number of connections. Please try again later."),
        PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.CannotConnectNow =>
            new(503, "DatabaseError", "The database is not available. Please try again later."),
        PostgresErrorCodes.InvalidTextRepresentation or PostgresErrorCodes.UntranslatableCharacter or PostgresErrorCodes.CharacterNotInRepertoire
            or PostgresErrorCodes.CheckViolation => new(400, "InvalidParameter", e.MessageText),
        // An application's trigger or policy says no in its own words.
        PostgresErrorCodes.RaiseException => new(400, "InvalidRequest", e.MessageText),
        ['P', 'T', '4', >= '0' and <= '9', >= '0' and <= '9'] => new((e.SqlState[2] - '0') * 100 + (e.SqlState[3] - '0') * 10 + e.SqlState[4] - '0', "InvalidRequest", e.MessageText),
        _ => null,
    };

    /// <summary>What the object store failed at: nothing was recorded, and trying again is safe.</summary>
    public static ApiError Of(BackendException e) => e.Fault switch
    {
        BackendFault.Slow => new(504, "SlowDown", e.Message) { Headers = s_retry },
        BackendFault.Full => new(507, "InsufficientStorage", e.Message),
        _ => new(503, "S3Error", e.Message) { Headers = s_retry },
    };

    public static ApiError DatabaseDown { get; } = new(503, "DatabaseError", "The database is not available. Please try again later.")
    {
        Headers = s_retry,
    };

    // A message must neither be endless nor carry what cannot be printed.
    private static string Shown(string text)
    {
        var end = Math.Min(text.Length, 200);
        if (end > 0 && char.IsHighSurrogate(text[end - 1])) end--;
        return end < text.Length ? text[..end] + "…" : text;
    }
}
