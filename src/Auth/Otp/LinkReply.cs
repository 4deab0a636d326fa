using Hedgerow.Auth.Http;
using Hedgerow.Postgres;

namespace Hedgerow.Auth.Otp;

/// <summary>Where a clicked link leads: to the application, with the answer in the fragment, which no server logs, or for PKCE in the query.</summary>
internal static class LinkReply
{
    /// <param name="inQuery">The answer stands in the query as well.</param>
    public static Reply To(string target, IReadOnlyList<(string Name, string Value)> answer, bool inQuery = false) =>
        See(Redirects.WithFragment(inQuery ? Redirects.WithQuery(target, answer) : target, answer));

    /// <summary>With the code that the client redeems.</summary>
    public static Reply WithCode(string target, string code) => See(Redirects.WithQuery(target, ("code", code)));

    public static Reply Error(string target, ApiError error, bool inQuery) => To(
        target,
        OAuthError(error.Status) is { } name
            ? [("error", name), ("error_code", error.Code), ("error_description", error.Message)]
            : [("error_code", error.Code), ("error_description", error.Message)],
        inQuery);

    private static Reply See(string location) => Redirects.To(location, 303);

    /// <summary>RFC 6749 §4.1.2.1, as GoTrue picks them; it names none for other statuses.</summary>
    private static string? OAuthError(int status) => status switch
    {
        400 => "invalid_request",
        401 => "unauthorized_client",
        403 => "access_denied",
        500 => "server_error",
        503 => "temporarily_unavailable",
        _ => null,
    };
}
