using Hedgerow.Auth.Http;
using Hedgerow.Postgres;

namespace Hedgerow.Auth.External.SignIn;

/// <summary>What an application is told whose person could not be signed in (RFC 6749, 4.1.2.1, and GoTrue's <c>error_code</c>).</summary>
/// <param name="Code">Null where the provider refused: it has no such codes.</param>
public sealed record CallbackError(string Error, string? Code, string Description)
{
    private const int MaxLength = 512;

    /// <summary>A refusal of this server's, under OAuth's names (supabase/auth, getErrorQueryString).</summary>
    public static CallbackError From(ApiError error) => new(
        error.Code is "signup_disabled" or "user_banned" or "provider_email_needs_verification" ? "access_denied" : error.Status switch
        {
            400 => "invalid_request",
            401 => "unauthorized_client",
            403 => "access_denied",
            503 => "temporarily_unavailable",
            _ => "server_error",
        },
        error.Code,
        error.Message);

    /// <summary>The provider's own refusal, passed on.</summary>
    public static CallbackError FromProvider(string error, string description) => new(Cut(error), null, Cut(description));

    /// <summary>Both in the query, where servers read it, and in the fragment, where scripts do.</summary>
    public Reply ToReply(string application, int status)
    {
        (string, string)[] parameters = [("error", Error), .. Code is null ? Array.Empty<(string, string)>() : [("error_code", Code)], ("error_description", Description)];
        return Redirects.To(Redirects.WithFragment(Redirects.WithQuery(application, parameters), [.. parameters, ("sb", "")]), status);
    }

    private static string Cut(string text) => text.Length > MaxLength ? text[..MaxLength] : text;
}
