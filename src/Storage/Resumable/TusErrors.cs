using Hedgerow.Postgres;
using Hedgerow.Storage.Objects;

namespace Hedgerow.Storage.Resumable;

/// <summary>
/// The protocol's refusals. Their HTTP status is the protocol's (https://tus.io/protocols/resumable-upload), since its clients decide by that whether
/// to try again; where the protocol names none, it is that of Supabase's server (tus/tus-node-server, packages/utils/src/constants.ts).
/// </summary>
public static class TusErrors
{
    public static ApiError WrongVersion { get; } = new(412, "TusError", "Tus-Resumable is missing or names a version other than 1.0.0")
    {
        Headers = [new("Tus-Version", TusHeaders.Version)],
    };

    public static ApiError NotFound { get; } = new(404, "TusError", "The upload was not found; begin it anew");
    public static ApiError Expired { get; } = new(410, "TusError", "The upload has expired; begin it anew");
    public static ApiError NotYours { get; } = StorageErrors.AccessDenied("The upload was begun by somebody else; only they can go on with it");
    public static ApiError NoSignature { get; } = new(400, "InvalidSignature", "Missing x-signature header");
    public static ApiError WrongOffset { get; } = new(409, "TusError", "Upload-Offset is not where the upload stands; ask for its offset");
    public static ApiError Locked { get; } = new(423, "ResourceLocked", "Another request has gone on with this upload; ask for its offset");
    public static ApiError Finished { get; } = new(400, "TusError", "Cannot terminate an already completed upload");
    public static ApiError WrongType { get; } = new(415, "TusError", "Content-Type must be application/offset+octet-stream");
    public static ApiError WrongChecksum { get; } = new(460, "TusError", "The body does not have the checksum that Upload-Checksum names");
    public static ApiError TooLong { get; } = new(413, "TusError", "The body goes beyond the upload's length");
    public static ApiError TooMuchToCheck { get; } = new(413, "TusError", "With Upload-Checksum a body may have 64 MiB; send less at once");
    public static ApiError Torn { get; } = new(410, "TusError", "The upload's parts do not fit together any more; begin it anew");
    public static ApiError TooManyParts { get; } = new(400, "TusError", "The upload has more parts than the object store takes; begin it anew and send more at once");
    public static ApiError NoConcatenation { get; } = new(501, "TusError", "The concatenation extension is not supported. Disable parallel uploads in the TUS client");

    public static ApiError InvalidOffset { get; } = Invalid("Upload-Offset must be a whole number, not negative");
    public static ApiError InvalidLength { get; } = Invalid("Upload-Length must be a whole number, not negative");
    public static ApiError NoLength { get; } = Invalid("Either Upload-Length or Upload-Defer-Length: 1 is required");
    public static ApiError OtherLength { get; } = Invalid("Upload-Length is not what was said before, or less than what is here already");
    public static ApiError UnknownChecksum { get; } = Invalid($"Upload-Checksum must begin with one of {BodyChecksum.Algorithms}");
    public static ApiError InvalidChecksumHeader { get; } = Invalid("Upload-Checksum must be an algorithm, a space and the checksum in Base64");
    public static ApiError NoName { get; } = Invalid("Upload-Metadata must name bucketName and objectName");

    public static ApiError InvalidMetadata { get; } =
        Invalid("Upload-Metadata must be pairs, separated by commas, of a key and its value in Base64, separated by a space; each key once");

    private static ApiError Invalid(string message) => new(400, "TusError", message);
}
