using System.Globalization;
using System.Net;
using System.Text;
using Hedgerow.Auth.Phone;

namespace Hedgerow.Auth.Mail.Inbox;

/// <summary>The inbox as a page: every mail in a frame that runs no script; links open in a tab of their own.</summary>
internal static class InboxPage
{
    private const string Head = """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width">
        <title>Messages that were not sent</title>
        <style>
        body { font: 16px/1.5 system-ui, sans-serif; max-width: 50rem; margin: 2rem auto; padding: 0 1rem; color: #222; background: #f6f6f4; }
        article { background: #fff; border: 1px solid #ddd; border-radius: 6px; margin: 1rem 0; padding: 1rem; }
        header p { margin: 0; color: #555; }
        h2 { margin: 0; font-size: 1.1rem; }
        iframe { width: 100%; height: 16rem; border: 0; border-top: 1px solid #eee; margin-top: .75rem; }
        </style>
        </head>
        <body>
        <h1>Messages that were not sent</h1>
        <p>Nobody is configured to carry them, so they stay here. Reload to see new ones.</p>

        """;

    public static string Of(IReadOnlyList<KeptMail> mails)
    {
        var page = new StringBuilder(Head);
        if (mails.Count == 0) page.Append("<p>There are none.</p>\n");
        foreach (var mail in mails)
        {
            page.Append(CultureInfo.InvariantCulture, $"""
                <article>
                <header><h2>{WebUtility.HtmlEncode(mail.Channel == Channel.Email ? mail.Subject : mail.Body)}</h2><p>To {WebUtility.HtmlEncode(mail.Recipient)}, {mail.CreatedAt:yyyy-MM-dd HH:mm:ss} UTC, {WebUtility.HtmlEncode(mail.Kind)}</p></header>
                {(mail.Channel == Channel.Email ? Frame(mail) : "")}
                </article>

                """);
        }
        return page.Append("</body>\n</html>\n").ToString();
    }

    private static string Frame(KeptMail mail) => $"""
        <iframe sandbox="allow-popups allow-popups-to-escape-sandbox" title="Mail {mail.Id}" srcdoc="{WebUtility.HtmlEncode("<base target=\"_blank\">" + mail.Body)}"></iframe>
        """;
}
