using Hedgerow.Auth.Users;
using Hedgerow.Postgres;

namespace Hedgerow.Auth.Identities;

/// <summary>What becomes of someone who comes from a provider.</summary>
public abstract record Admission
{
    /// <summary>They may be signed in.</summary>
    public sealed record Granted(User User) : Admission;

    /// <summary>Their account waits until they have followed the mail that asks for proof: what was done is kept, and they are told so.</summary>
    public sealed record Pending(ApiError Message) : Admission;

    /// <summary>Nothing is done.</summary>
    public sealed record Refused(ApiError Error) : Admission;

    private Admission() { }

    public static implicit operator Admission(User user) => new Granted(user);
    public static implicit operator Admission(ApiError error) => new Refused(error);
}
