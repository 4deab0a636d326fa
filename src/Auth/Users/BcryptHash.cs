using System.Text.RegularExpressions;

namespace Hedgerow.Auth.Users;

/// <summary>The shape of a bcrypt hash: version, cost 4 to 31, 22 characters of salt, 31 of hash.</summary>
public static partial class BcryptHash
{
    public static bool IsWellFormed(string text) => Pattern().IsMatch(text);

    [GeneratedRegex("""^\$2[aby]\$(?:0[4-9]|[12][0-9]|3[01])\$[./A-Za-z0-9]{53}\z""", RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}
