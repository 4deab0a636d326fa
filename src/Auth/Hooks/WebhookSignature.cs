using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Hedgerow.Auth.Hooks;

/// <summary>Signs what is sent to hooks (standardwebhooks.com): HMAC-SHA256 over id, timestamp and body, once for each secret, so that they can be rotated.</summary>
public sealed class WebhookSignature
{
    private readonly byte[][] _secrets;

    private WebhookSignature(byte[][] secrets) => _secrets = secrets;

    /// <summary>Secrets as <c>GOTRUE_HOOK_…_SECRETS</c> takes them: <c>v1,whsec_&lt;base64&gt;</c>, several separated by <c>|</c>.</summary>
    /// <exception cref="FormatException">There is none, or one is malformed.</exception>
    public static WebhookSignature Parse(string secrets)
    {
        var parsed = secrets.Split('|', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(Secret).ToArray();
        return parsed.Length > 0 ? new WebhookSignature(parsed) : throw new FormatException("is missing; what is sent to a hook is signed");
    }

    /// <summary>The header <c>webhook-signature</c>.</summary>
    /// <param name="timestamp">Seconds since 1970.</param>
    public string Of(string id, long timestamp, byte[] body)
    {
        var signed = (byte[])[.. Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{id}.{timestamp}.")), .. body];
        return string.Join(' ', _secrets.Select(secret => $"v1,{Convert.ToBase64String(HMACSHA256.HashData(secret, signed))}"));
    }

    private static byte[] Secret(string text)
    {
        const string Mark = "v1,whsec_";
        var bytes = new byte[text.Length];
        return text.StartsWith(Mark, StringComparison.Ordinal) && Convert.TryFromBase64String(text[Mark.Length..], bytes, out var length) && length >= 16
            ? bytes[..length]
            : throw new FormatException("must be v1,whsec_<base64>, at least 16 bytes; several separated by |");
    }
}
