using System.Text.Json.Nodes;
using Hedgerow.Auth.Http;
using Hedgerow.Auth.Users;
using Hedgerow.Postgres;

namespace Hedgerow.Auth.External.Profiles;

/// <summary>An address as a provider tells it.</summary>
/// <param name="Address">Normalised (<see cref="EmailAddress"/>).</param>
/// <param name="IsVerified">The provider says that it is the person's.</param>
/// <param name="IsPrimary">The one that the person is known by.</param>
public sealed record ExternalEmail(string Address, bool IsVerified, bool IsPrimary)
{
    /// <summary>The address, or none where the text is no address.</summary>
    public static IEnumerable<ExternalEmail> From(string? text, bool isVerified, bool isPrimary) =>
        EmailAddress.Normalise(text) is { } address ? [new ExternalEmail(address, isVerified, isPrimary)] : [];
}

/// <summary>Someone who has signed in at a provider.</summary>
public sealed record ExternalUser
{
    private ExternalUser(string subject, IReadOnlyList<ExternalEmail> emails, JsonObject profile) => (Subject, Emails, Profile) = (subject, emails, profile);

    /// <summary>The person's id there, which never changes: <c>auth.identities.provider_id</c>.</summary>
    public string Subject { get; }

    /// <summary>Every address the provider tells.</summary>
    public IReadOnlyList<ExternalEmail> Emails { get; }

    /// <summary>The address the person is known by; where none is marked so, the last one.</summary>
    public ExternalEmail? Primary => Emails.FirstOrDefault(email => email.IsPrimary) ?? Emails.LastOrDefault();

    /// <summary><c>auth.identities.identity_data</c>, which is also merged into the account's metadata: a JSON object.</summary>
    public JsonObject Profile { get; }

    /// <param name="profile">GoTrue's claims without those about addresses.</param>
    public static Result<ExternalUser> From(string? subject, IEnumerable<ExternalEmail> emails, JsonObject profile)
    {
        if (string.IsNullOrEmpty(subject)) return ExternalErrors.ProfileUnusable("it tells no id of the person");
        if (subject.Length > 255 || subject.Contains('\0', StringComparison.Ordinal)) return ExternalErrors.ProfileUnusable("its id of the person cannot be stored");
        var user = new ExternalUser(subject, [.. emails], profile);
        profile["sub"] = subject;
        if (user.Primary is { } primary) profile["email"] = primary.Address;
        profile["email_verified"] = user.Primary?.IsVerified ?? false;
        profile["phone_verified"] ??= false;
        return user;
    }
}
