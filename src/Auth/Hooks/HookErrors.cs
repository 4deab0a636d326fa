using System.Text.Json;
using Hedgerow.Postgres;

namespace Hedgerow.Auth.Hooks;

/// <summary>Refusals that hooks cause: GoTrue's status, code and wording (supabase/auth, internal/hooks). A hook that fails is the server's fault, hence 500.</summary>
public static class HookErrors
{
    public static ApiError ClaimsMissing { get; } = new(500, "unexpected_failure", "output claims field is missing");

    public static ApiError NoJson { get; } = new(500, "unexpected_failure", "Error unmarshaling JSON output.");
    public static ApiError OutOfReach { get; } = new(422, "hook_timeout_after_retry", "Failed to reach hook after maximum retries");
    public static ApiError ContentType { get; } = new(400, "hook_payload_invalid_content_type", "Invalid JSON response: the hook must answer application/json");

    public static ApiError UserRefused(string message) => new(403, "unknown", message.Length > 0 ? message : "This user may not sign up");

    /// <summary>An answer that is none.</summary>
    public static ApiError Status(int status) => new(500, "unexpected_failure", status switch
    {
        400 => "Invalid payload sent to hook",
        401 => "Hook requires authorization token",
        429 or 503 => "Service currently unavailable due to hook",
        _ => FormattableString.Invariant($"Unexpected status code returned from hook: {status}"),
    });

    public static ApiError Timeout(double seconds) =>
        new(422, "hook_timeout", FormattableString.Invariant($"Failed to reach hook within maximum time of {seconds:0.######} seconds"));

    public static ApiError PayloadTooLarge(int bytes) => new(422, "hook_payload_over_size_limit", $"Payload size exceeded size limit of {bytes} bytes");

    public static ApiError TokenTooLong(int length) =>
        new(422, "hook_payload_over_size_limit", $"The access token with the hook's claims has {length} characters; at most {Tokens.SignedToken.MaxLength} are taken");

    public static ApiError Failed(string uri) => new(500, "unexpected_failure", $"Error running hook URI: {uri}");

    public static ApiError ClaimsMalformed(IReadOnlyList<string> flaws) =>
        new(500, "unexpected_failure", $"output claims do not conform to the expected schema: \n{string.Concat(flaws.Select(flaw => $"- {flaw}\n"))}");

    /// <summary>What the hook itself says: <c>{"http_code": 403, "message": "…"}</c>. Without a message it is none (GoTrue).</summary>
    public static ApiError? Of(JsonElement error)
    {
        if (error.ValueKind != JsonValueKind.Object) return null;
        var message = error.TryGetProperty("message", out var text) && text.ValueKind == JsonValueKind.String ? text.GetString()! : "";
        if (message.Length == 0) return null;
        var status = error.TryGetProperty("http_code", out var code) && code.ValueKind == JsonValueKind.Number && code.TryGetInt32(out var number) ? number : 500;
        // Anything else would not be a refusal.
        if (status is < 400 or > 599) status = 500;
        return new ApiError(status, status == 500 ? "unexpected_failure" : "unknown", message);
    }
}
