namespace Hedgerow.Auth.Pkce;

/// <summary>A sign-in that is about to leave for another provider or a mailbox, and what must be known when it comes back.</summary>
public sealed record NewFlow
{
    /// <summary>Where it goes: <c>github</c>, <c>email</c>, <c>magiclink</c> …</summary>
    public required string Provider { get; init; }

    /// <summary>How the person will have proved who they are, as the <c>amr</c> claim says it: <c>oauth</c>, <c>magiclink</c>, <c>email/signup</c>, <c>recovery</c>, <c>email_change</c>.</summary>
    public required string Method { get; init; }

    /// <summary>Null in the implicit flow: no code is issued then.</summary>
    public CodeChallenge? Challenge { get; init; }

    /// <summary>Whose sign-in it is, where that is known before it comes back: always for mails.</summary>
    public Guid? User { get; init; }
}
