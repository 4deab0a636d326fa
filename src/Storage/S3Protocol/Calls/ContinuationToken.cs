using System.Buffers.Text;
using System.Text;

namespace Hedgerow.Storage.S3Protocol.Calls;

/// <summary>Where a list goes on: behind a name.</summary>
internal static class ContinuationToken
{
    private static readonly UTF8Encoding s_strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static string Of(string name) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(name));

    /// <summary>False: it is none of ours.</summary>
    public static bool TryRead(string token, out string name)
    {
        name = "";
        try
        {
            name = s_strict.GetString(Base64Url.DecodeFromChars(token));
        }
        catch (Exception e) when (e is FormatException or DecoderFallbackException)
        {
            return false;
        }
        return name.Length > 0;
    }
}
