using System.Text.Json;

namespace Hedgerow.Auth.Mfa;

/// <summary>A row of <c>auth.mfa_factors</c>.</summary>
public sealed record Factor
{
    public const string Totp = "totp";
    public const string Phone = "phone";
    public const string WebAuthn = "webauthn";

    public required Guid Id { get; init; }

    /// <summary>Empty where it has no name.</summary>
    public string FriendlyName { get; init; } = "";

    public required string FactorType { get; init; }
    public required string Status { get; init; }
    public string? Secret { get; init; }
    public string? PhoneNumber { get; init; }
    public DateTime CreatedAt { get; init; }
    public DateTime UpdatedAt { get; init; }
    public DateTime? LastChallengedAt { get; init; }

    /// <summary>The step of the last code that was taken; null before the first.</summary>
    public long? LastTotpStep { get; init; }

    public bool IsVerified => Status == "verified";

    /// <summary>Its name in the <c>amr</c> claim (GoTrue's).</summary>
    public string Method => FactorType switch { Phone => "mfa/phone", WebAuthn => "mfa/webauthn", _ => "totp" };

    /// <summary>Writes the object (auth-openapi.yaml, MFAFactorSchema); the secret stays where it is.</summary>
    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        WriteMembers(json);
        json.WriteEndObject();
    }

    /// <summary>Writes the members; the caller opens and closes the object.</summary>
    public void WriteMembers(Utf8JsonWriter json)
    {
        json.WriteString("id", Id);
        json.WriteString("created_at", CreatedAt);
        json.WriteString("updated_at", UpdatedAt);
        json.WriteString("status", Status);
        if (FriendlyName.Length > 0) json.WriteString("friendly_name", FriendlyName);
        json.WriteString("factor_type", FactorType);
        if (PhoneNumber is not null) json.WriteString("phone", PhoneNumber);
        if (LastChallengedAt is { } challenged) json.WriteString("last_challenged_at", challenged);
    }
}
