using System.Text;
using Hedgerow.Postgres;
using Hedgerow.Storage.Objects;

namespace Hedgerow.Storage.S3Protocol;

/// <summary>S3's refusals: codes and statuses of its documentation (Amazon S3 API Reference, Error responses).</summary>
internal static class S3Errors
{
    public static ApiError NoSignature { get; } = new(403, "AccessDenied", "Missing signature");
    public static ApiError BadAuthorization { get; } = new(400, "AuthorizationHeaderMalformed",
        "The Authorization header must be: AWS4-HMAC-SHA256 Credential=<access key id>/<date>/<region>/s3/aws4_request, SignedHeaders=<names>, Signature=<64 hexadecimal digits>");
    public static ApiError BadPresignedQuery { get; } = new(400, "AuthorizationQueryParametersError",
        "A presigned URL needs X-Amz-Algorithm=AWS4-HMAC-SHA256, X-Amz-Credential, X-Amz-Date, X-Amz-SignedHeaders, X-Amz-Signature, and X-Amz-Expires from 1 to 604800 seconds");
    public static ApiError NoDate { get; } = new(403, "AccessDenied", "AWS authentication requires a valid Date or x-amz-date header");
    public static ApiError Skewed { get; } = new(403, "RequestTimeTooSkewed", "The difference between the request time and the server's time is too large");
    public static ApiError NotYet { get; } = new(403, "AccessDenied", "Request is not yet valid");
    public static ApiError Expired { get; } = new(403, "AccessDenied", "Request has expired");
    public static ApiError UnsignedHeaders { get; } = new(403, "AccessDenied", "There were headers present in the request which were not signed");
    public static ApiError UnknownKey { get; } = new(403, "InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records");
    public static ApiError WrongSignature { get; } = new(403, "SignatureDoesNotMatch",
        "The request signature we calculated does not match the signature you provided. Check your key and signing method");
    public static ApiError NoPayloadHash { get; } = new(400, "InvalidRequest", "Missing required header for this request: x-amz-content-sha256");
    public static ApiError BadPayloadHash { get; } = new(400, "InvalidArgument",
        "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER, STREAMING-UNSIGNED-PAYLOAD-TRAILER, or a SHA-256 in hexadecimal digits");

    public static ApiError BadForm { get; } = new(400, "MalformedPOSTRequest", "The body of your POST request is not well-formed multipart/form-data, or has no file");
    public static ApiError FormTooLarge { get; } = new(400, "MaxPostPreDataLengthExceededError", "The fields in front of the file are too large");
    public static ApiError BadFormSignature { get; } = new(400, "InvalidArgument",
        "A form needs policy, X-Amz-Algorithm=AWS4-HMAC-SHA256, X-Amz-Credential, X-Amz-Date and X-Amz-Signature before its file");
    public static ApiError BadPolicy { get; } = new(400, "InvalidPolicyDocument",
        "The policy must be Base64 of a JSON object with an expiration and conditions that S3 knows");
    public static ApiError AgainstPolicy(string why) => new(403, "AccessDenied", $"Invalid according to the policy: {why}");
    public static ApiError FileTooSmall { get; } = new(400, "EntityTooSmall", "Your proposed upload is smaller than the policy allows");

    public static ApiError WrongPayloadHash { get; } = new(400, "XAmzContentSHA256Mismatch", "The provided x-amz-content-sha256 header does not match what was computed");
    public static ApiError BadDigest(string name) => new(400, "BadDigest", $"The {name} you specified did not match what we received");
    public static ApiError InvalidDigest(string name) => new(400, "InvalidDigest", $"The {name} you specified is not valid");
    public static ApiError Incomplete { get; } = new(400, "IncompleteBody", "The body does not have the length that its headers name, or its chunks are broken");
    public static ApiError BadTrailer { get; } = new(400, "MalformedTrailerError", "The trailer is not the one that x-amz-trailer announces");
    public static ApiError NoLength { get; } = new(411, "MissingContentLength", "You must provide the Content-Length HTTP header");
    public static ApiError BadXml { get; } = new(400, "MalformedXML", "The XML you provided was not well-formed or did not validate against our published schema");

    public static ApiError BadUri { get; } = new(400, "InvalidURI", "Couldn't parse the specified URI");
    public static ApiError BadMethod { get; } = new(405, "MethodNotAllowed", "The specified method is not allowed against this resource");
    public static ApiError NotImplemented(string what) => new(501, "NotImplemented", $"{what} is not implemented");
    public static ApiError InvalidArgument(string message) => new(400, "InvalidArgument", message);
    public static ApiError BadToken { get; } = InvalidArgument("The continuation token provided is incorrect");
    public static ApiError KeyTooLong { get; } = new(400, "KeyTooLongError", "Your key is too long");
    public static ApiError NoAcls { get; } = new(400, "AccessControlListNotSupported", "A bucket is private or public-read; policies in the database decide the rest");
    public static ApiError NoSuchPart { get; } = new(416, "InvalidPartNumber", "The requested part number is not satisfiable: every object is its only part");
    public static ApiError SelfCopy { get; } = new(400, "InvalidRequest",
        "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata");

    public static ApiError NoSuchUpload => StorageErrors.NoSuchUpload;
    public static ApiError InvalidPart { get; } = new(400, "InvalidPart",
        "One or more of the specified parts could not be found. The part may not have been uploaded, or the specified entity tag may not match the part's entity tag");
    public static ApiError PartOrder { get; } = new(400, "InvalidPartOrder", "The list of parts was not in ascending order. Parts must be ordered by part number");
    public static ApiError PartTooSmall { get; } = new(400, "EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size: every part but the last must have 5 MiB");

    /// <summary>Why no object can have that name; null: one can.</summary>
    public static ApiError? RefuseKey(string key) => Names.RefuseObject(key) is not { } error ? null : Encoding.UTF8.GetByteCount(key) > Names.MaxObjectBytes ? KeyTooLong : error;

    /// <summary>The room's refusals in S3's words; what has S3's code already stays as it is.</summary>
    public static ApiError Of(ApiError error) => error switch
    {
        { Code: "ResourceNotEmpty" } => error with { Code = "BucketNotEmpty" },
        { Code: "DatabaseTimeout" or "SlowDown" } => error with { Status = 503, Code = "SlowDown" },
        { Code: "S3Error" or "DatabaseError" or "DatabaseReadOnly" or "DatabaseConnectionLimit" } => error with { Status = 503, Code = "ServiceUnavailable" },
        { Code: "ResourceLocked" } => error with { Status = 409, Code = "OperationAborted" },
        { Status: 404, Code: "InvalidRequest" } => error with { Code = "NoSuchKey" },
        { Status: 412 } => error with { Code = "PreconditionFailed" },
        { Code: "InvalidParameter" } => error with { Code = "InvalidArgument" },
        { Code: "internal_error" } => error with { Code = "InternalError" },
        _ => error,
    };
}
