using System.Text.Json;

namespace Hedgerow.Auth.Users;

/// <summary>A row of <c>auth.users</c> without its secrets, with its identities and factors as JSON arrays.</summary>
public sealed record User
{
    public required Guid Id { get; init; }
    public string? Aud { get; init; }
    public string? Role { get; init; }
    public string? Email { get; init; }
    public string? Phone { get; init; }
    public DateTime? EmailConfirmedAt { get; init; }
    public DateTime? PhoneConfirmedAt { get; init; }
    public DateTime? ConfirmedAt { get; init; }
    public DateTime? InvitedAt { get; init; }
    public DateTime? ConfirmationSentAt { get; init; }
    public DateTime? RecoverySentAt { get; init; }
    public DateTime? ReauthenticationSentAt { get; init; }
    public string? EmailChange { get; init; }
    public DateTime? EmailChangeSentAt { get; init; }
    public string? PhoneChange { get; init; }
    public DateTime? PhoneChangeSentAt { get; init; }
    public DateTime? LastSignInAt { get; init; }
    public DateTime? BannedUntil { get; init; }
    public DateTime? CreatedAt { get; init; }
    public DateTime? UpdatedAt { get; init; }
    public DateTime? DeletedAt { get; init; }
    public bool IsAnonymous { get; init; }
    public required string AppMetadata { get; init; }
    public required string UserMetadata { get; init; }
    public required string Identities { get; init; }
    public required string Factors { get; init; }

    /// <summary><c>app_metadata</c> of someone who knows one way in.</summary>
    public static string ProviderMetadata(string provider) => JsonSerializer.Serialize(new { provider, providers = new[] { provider } });

    /// <summary>Whether the ban still holds.</summary>
    public bool IsBanned => BannedUntil > DateTime.UtcNow;
}
