using System.Text;
using System.Text.RegularExpressions;
using Hedgerow.Auth.Http;

namespace Hedgerow.Auth.Otp;

/// <summary>
/// Where a link may lead after it was followed: to the site itself, or to what the allow-list names (supabase.com/docs/guides/auth/redirect-urls):
/// <c>*</c> stands for any text without <c>.</c> and <c>/</c>, <c>**</c> for any text, <c>?</c> for one character.
/// </summary>
public sealed class RedirectUrls(AuthOptions options)
{
    private readonly Uri _site = new(options.SiteUrl);
    private readonly Regex[] _allowed =
        [.. options.UriAllowList.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(Pattern)];

    /// <summary><paramref name="requested"/> where it is allowed, else the site.</summary>
    public string Choose(string? requested) => requested is not null && IsAllowed(requested) ? requested : options.SiteUrl;

    /// <summary>The first that the request names and that is allowed, else the site.</summary>
    public string ChooseFor(AuthRequest request) => request.RedirectTargets.FirstOrDefault(IsAllowed) ?? options.SiteUrl;

    private bool IsAllowed(string requested)
    {
        if (!Uri.TryCreate(requested, UriKind.Absolute, out var url) || url.UserInfo.Length > 0) return false;
        if (url.Scheme == _site.Scheme && url.Host == _site.Host && url.Port == _site.Port) return true;
        var withoutFragment = requested.Split('#')[0];
        return _allowed.Any(pattern => pattern.IsMatch(withoutFragment));
    }

    private static Regex Pattern(string glob)
    {
        var regex = new StringBuilder("^");
        for (var i = 0; i < glob.Length; i++)
        {
            var isDouble = glob[i] == '*' && i + 1 < glob.Length && glob[i + 1] == '*';
            regex.Append(glob[i] switch
            {
                '*' when isDouble => ".*",
                '*' => "[^./]*",
                '?' => "[^./]",
                var other => Regex.Escape(other.ToString()),
            });
            if (isDouble) i++;
        }
        // Without backtracking, the time is linear in the URL whatever the pattern.
        return new Regex(regex.Append("\\z").ToString(), RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | RegexOptions.Singleline);
    }
}
