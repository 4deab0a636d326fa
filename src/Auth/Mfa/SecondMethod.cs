namespace Hedgerow.Auth.Mfa;

/// <summary>The <c>amr</c> claim's names of second factors (GoTrue's).</summary>
public static class SecondMethod
{
    public static string Of(Factor factor) => factor.FactorType switch
    {
        Factor.Phone => "mfa/phone",
        Factor.WebAuthn => "mfa/webauthn",
        _ => "totp",
    };
}
