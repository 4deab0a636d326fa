using QRCoder;
using QRCoder.Exceptions;

namespace Hedgerow.Auth.Mfa;

/// <summary>What an authenticator app needs, in the three forms in which it is handed over.</summary>
/// <param name="Secret">Base32, for typing.</param>
/// <param name="Uri"><c>otpauth://…</c> (github.com/google/google-authenticator/wiki/Key-Uri-Format).</param>
/// <param name="QrCode">
/// The URI as an SVG picture, without a <c>#</c>: the official client puts it behind <c>data:image/svg+xml;utf-8,</c> as it is, where a
/// colour such as <c>#000</c> would begin a fragment and cut the picture off.
/// </param>
public sealed record TotpEnrolment(string Secret, string Uri, string QrCode)
{
    private const int PixelsPerModule = 3;

    /// <summary>Null where issuer and account are too long for a QR code.</summary>
    public static TotpEnrolment? Make(string secret, string issuer, string account)
    {
        var (by, of) = (System.Uri.EscapeDataString(issuer), System.Uri.EscapeDataString(account));
        var uri = $"otpauth://totp/{by}:{of}?algorithm=SHA1&digits={Totp.Digits}&issuer={by}&period={Totp.Period}&secret={secret}";
        try
        {
            using var data = QRCodeGenerator.GenerateQrCode(uri, QRCodeGenerator.ECCLevel.M);
            using var code = new SvgQRCode(data);
            return new TotpEnrolment(secret, uri, code.GetGraphic(PixelsPerModule, "black", "white"));
        }
        catch (DataTooLongException)
        {
            return null;
        }
    }
}
