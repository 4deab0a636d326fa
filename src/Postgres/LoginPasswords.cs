using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Hedgerow.Postgres;

/// <summary>
/// The passwords of the platform's logins (<c>authenticator</c>, <c>hedgerow_auth</c> …). They are derived from one secret, so that every replica
/// and every start arrives at the same ones and nobody has to store them.
/// </summary>
public static class LoginPasswords
{
    /// <summary>base64url(HMAC-SHA256(<paramref name="secret"/>, "hedgerow:login:" + <paramref name="login"/>)), 43 characters.</summary>
    public static string Derive(string secret, string login) =>
        Base64Url.EncodeToString(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes($"hedgerow:login:{login}")));
}
