using System.Text;
using System.Text.RegularExpressions;

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
    public string Choose(string? requested)
    {
        if (string.IsNullOrEmpty(requested) || !Uri.TryCreate(requested, UriKind.Absolute, out var url)) return options.SiteUrl;
        if (url.UserInfo.Length > 0) return options.SiteUrl;
        if (url.Scheme == _site.Scheme && url.Host == _site.Host && url.Port == _site.Port) return requested;
        var withoutFragment = requested.Split('#')[0];
        return _allowed.Any(pattern => pattern.IsMatch(withoutFragment)) ? requested : options.SiteUrl;
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
