using System.Net;
using System.Text;
using Hedgerow.Auth.Http;
using Hedgerow.Auth.Phone;
using Hedgerow.Postgres;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Hedgerow.Auth.Mail.Inbox;

/// <summary>
/// <c>GET /dev/inbox</c>, and with <c>?to=</c> one address's: a page for browsers, JSON for everybody else. It is not even routed where mail is sent or
/// the inbox is off. Whoever reads it can be anybody, so it answers this machine only, and no page of another site that runs in its browser.
/// </summary>
internal static class InboxEndpoint
{
    private static ApiError NotHere { get; } = new(403, "validation_failed", "The inbox of mails is shown on this machine only, as http://localhost or http://127.0.0.1");

    public static void MapInbox(this IEndpointRouteBuilder auth)
    {
        var inbox = auth.ServiceProvider.GetRequiredService<DevInbox>();
        var json = AuthRoute.Of((request, cancellation) => JsonAsync(inbox, request, cancellation));
        var refused = AuthRoute.Of((_, _) => Task.FromResult<Result<Reply>>(NotHere));
        auth.MapGet("/dev/inbox", (RequestDelegate)(async http =>
        {
            if (!IsHere(http)) await refused(http);
            else if (http.Request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase)) await PageAsync(inbox, http);
            else await json(http);
        }));
    }

    private static async Task<Result<Reply>> JsonAsync(DevInbox inbox, AuthRequest request, CancellationToken cancellation)
    {
        var mails = await inbox.ReadAsync(request.Query("to"), cancellation);
        return Reply.Object(json =>
        {
            json.WriteStartArray("mails");
            foreach (var mail in mails)
            {
                json.WriteStartObject();
                json.WriteNumber("id", mail.Id);
                json.WriteString("channel", mail.Channel);
                json.WriteString("kind", mail.Kind);
                json.WriteString("to", mail.Recipient);
                json.WriteString("subject", mail.Subject);
                json.WriteString(mail.Channel == Channel.Email ? "html" : "text", mail.Body);
                if (mail.Code.Length > 0) json.WriteString("code", mail.Code);
                json.WriteString("created_at", mail.CreatedAt);
                json.WriteEndObject();
            }
            json.WriteEndArray();
        });
    }

    private static async Task PageAsync(DevInbox inbox, HttpContext http)
    {
        var page = InboxPage.Of(await inbox.ReadAsync(http.Request.Query["to"].ToString(), http.RequestAborted));
        http.Response.ContentType = "text/html; charset=utf-8";
        http.Response.Headers.CacheControl = "no-store";
        http.Response.Headers.ContentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'; img-src https: data:; frame-ancestors 'none'";
        http.Response.Headers["Referrer-Policy"] = "no-referrer";
        await http.Response.WriteAsync(page, Encoding.UTF8, http.RequestAborted);
    }

    /// <summary>
    /// From this machine, by a name of this machine (a site may let its own name lead here), not through a proxy, and not from another site's page: the
    /// host lets every origin read (CORS).
    /// </summary>
    private static bool IsHere(HttpContext http)
    {
        var (headers, host) = (http.Request.Headers, http.Request.Host.Host.Trim('[', ']'));
        return http.Connection.RemoteIpAddress is { } address && IPAddress.IsLoopback(address)
            && (host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(host, out var named) && IPAddress.IsLoopback(named)))
            && !headers.ContainsKey("X-Forwarded-For") && !headers.ContainsKey("Forwarded")
            && headers["Sec-Fetch-Site"].ToString() is "" or "none" or "same-origin"
            && headers.Origin.Count == 0;
    }
}
