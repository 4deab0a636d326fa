using System.Buffers;
using System.Text.Json;
using Hedgerow.Postgres;

namespace Hedgerow.Storage.Api;

/// <summary>What a signed URL allows.</summary>
public enum SignedScope { Download, Upload }

/// <summary>What the token of a signed URL says.</summary>
/// <param name="ExpiresAt">When it ends.</param>
/// <param name="Owner">Upload: on whose behalf; null: nobody's.</param>
/// <param name="Upsert">Upload: an object may be replaced.</param>
/// <param name="Transformations">Download: how the image is to be rendered, as it was when the URL was signed.</param>
public sealed record SignedUrl(DateTimeOffset ExpiresAt, string? Owner, bool Upsert, string? Transformations);

/// <summary>
/// Makes and reads the tokens of signed URLs: JWTs with the claims <c>url</c> (bucket and name), <c>scope</c>, <c>iat</c> and <c>exp</c>, as
/// in Supabase. They name no role, and a token for downloading does not open an upload.
/// </summary>
public sealed class SignedUrls(UrlTokens tokens, TimeProvider clock)
{
    public string SignDownload(string bucket, string name, long seconds, string? transformations = null) =>
        Sign(bucket, name, seconds, SignedScope.Download, json =>
        {
            if (!string.IsNullOrEmpty(transformations)) json.WriteString("transformations", transformations);
        });

    public string SignUpload(string bucket, string name, long seconds, string? owner, bool upsert) =>
        Sign(bucket, name, seconds, SignedScope.Upload, json =>
        {
            if (owner is not null) json.WriteString("owner", owner);
            json.WriteBoolean("upsert", upsert);
        });

    /// <summary>The token's content, where it is good for just this.</summary>
    public Result<SignedUrl> Read(string token, SignedScope scope, string bucket, string name)
    {
        if (!tokens.Read(token).Ok(out var document, out var error)) return StorageErrors.InvalidToken(Reason(error));
        using (document)
        {
            var claims = document.RootElement;
            if (!IsFor(claims, scope)) return StorageErrors.WrongScope(Text(scope));
            if (!claims.TryGetProperty("url", out var url) || url.ValueKind != JsonValueKind.String || url.GetString() != $"{bucket}/{name}") return StorageErrors.InvalidSignature;
            // To the second: who asks for a minute does not mean a minute and a half.
            if (!claims.TryGetProperty("exp", out var exp) || exp.ValueKind != JsonValueKind.Number || !exp.TryGetDouble(out var expires)) return StorageErrors.InvalidSignature;
            var ends = DateTimeOffset.FromUnixTimeSeconds((long)Math.Clamp(expires, 0, 253402300799));
            return ends <= clock.GetUtcNow()
                ? StorageErrors.ExpiredUrl
                : new SignedUrl(
                    ends, Member(claims, "owner"), claims.TryGetProperty("upsert", out var upsert) && upsert.ValueKind == JsonValueKind.True,
                    Member(claims, "transformations"));
        }
    }

    private string Sign(string bucket, string name, long seconds, SignedScope scope, Action<Utf8JsonWriter> more)
    {
        var now = clock.GetUtcNow().ToUnixTimeSeconds();
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("url", $"{bucket}/{name}");
            json.WriteString("scope", Text(scope));
            more(json);
            json.WriteNumber("iat", now);
            json.WriteNumber("exp", now + seconds);
            json.WriteEndObject();
        }
        return tokens.Sign(buffer.WrittenMemory);
    }

    /// <summary>Tokens from before there were scopes: only those for uploads say <c>upsert</c>. A session's token has no <c>url</c>.</summary>
    private static bool IsFor(JsonElement claims, SignedScope scope) => claims.TryGetProperty("scope", out var named)
        ? named.ValueKind == JsonValueKind.String && named.GetString() == Text(scope)
        : claims.TryGetProperty("upsert", out _) == (scope == SignedScope.Upload);

    private static string? Member(JsonElement claims, string name) =>
        claims.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static string Text(SignedScope scope) => scope == SignedScope.Upload ? "upload" : "download";

    private static string Reason(ApiError error) => error switch
    {
        { Message: "JWT expired" } => StorageErrors.ExpiredUrl.Message,
        { Details: "None of the keys was able to decode the JWT" } => "signature verification failed",
        _ => "Invalid Compact JWS",
    };
}
