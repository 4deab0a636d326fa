using System.Text.Json;

namespace Hedgerow.Auth.Users;

/// <summary>A user as every endpoint shows it (auth-openapi.yaml, UserSchema; order and omissions as GoTrue's).</summary>
public static class UserJson
{
    /// <summary>Writes the members; the caller opens and closes the object.</summary>
    public static void WriteMembers(Utf8JsonWriter json, User user)
    {
        json.WriteString("id", user.Id);
        json.WriteString("aud", user.Aud ?? "");
        json.WriteString("role", user.Role ?? "");
        json.WriteString("email", user.Email ?? "");
        Time("email_confirmed_at", user.EmailConfirmedAt);
        Time("invited_at", user.InvitedAt);
        json.WriteString("phone", user.Phone ?? "");
        Time("phone_confirmed_at", user.PhoneConfirmedAt);
        Time("confirmation_sent_at", user.ConfirmationSentAt);
        Time("confirmed_at", user.ConfirmedAt);
        Time("recovery_sent_at", user.RecoverySentAt);
        Text("new_email", user.EmailChange);
        Time("email_change_sent_at", user.EmailChangeSentAt);
        Text("new_phone", user.PhoneChange);
        Time("phone_change_sent_at", user.PhoneChangeSentAt);
        Time("reauthentication_sent_at", user.ReauthenticationSentAt);
        Time("last_sign_in_at", user.LastSignInAt);
        Raw("app_metadata", user.AppMetadata);
        Raw("user_metadata", user.UserMetadata);
        if (user.Factors != "[]") Raw("factors", user.Factors);
        Raw("identities", user.Identities);
        Time("created_at", user.CreatedAt);
        Time("updated_at", user.UpdatedAt);
        Time("banned_until", user.BannedUntil);
        Time("deleted_at", user.DeletedAt);
        json.WriteBoolean("is_anonymous", user.IsAnonymous);

        void Time(string name, DateTime? time)
        {
            if (time is { } value) json.WriteString(name, value);
        }

        void Text(string name, string? text)
        {
            if (!string.IsNullOrEmpty(text)) json.WriteString(name, text);
        }

        void Raw(string name, string value)
        {
            json.WritePropertyName(name);
            json.WriteRawValue(value, skipInputValidation: true);
        }
    }

    /// <summary>Writes the user as an object.</summary>
    public static void Write(Utf8JsonWriter json, User user)
    {
        json.WriteStartObject();
        WriteMembers(json, user);
        json.WriteEndObject();
    }
}
