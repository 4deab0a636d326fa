namespace Hedgerow.Auth.Sessions;

/// <summary>How someone proved who they are: a value of the <c>amr</c> claim (RFC 8176; GoTrue's names).</summary>
/// <param name="Name">The claim's <c>method</c>.</param>
/// <param name="Provider">The identity that was used.</param>
public sealed record SignInMethod(string Name, string Provider)
{
    public static SignInMethod Password { get; } = new("password", "email");
    public static SignInMethod PhonePassword { get; } = new("password", "phone");
    public static SignInMethod PhoneOtp { get; } = new("otp", "phone");
    public static SignInMethod Otp { get; } = new("otp", "email");
    public static SignInMethod Anonymous { get; } = new("anonymous", "anonymous");
}
