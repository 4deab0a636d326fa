using System.Text;
using Hedgerow.Postgres;

namespace Hedgerow.Auth.Users;

/// <summary>Why a password is too weak (GoTrue's <c>weak_password</c>).</summary>
/// <param name="Reasons">Of <c>length</c>, <c>characters</c>.</param>
public sealed record PasswordWeakness(string Message, IReadOnlyList<string> Reasons);

/// <summary>The rules for passwords, and the SQL that hashes and compares them: bcrypt, cost 10, in the database (pgcrypto).</summary>
public static class Password
{
    /// <summary>bcrypt reads no more: what stands behind would silently not count.</summary>
    public const int MaxBytes = 72;

    /// <summary>The SQL that hashes the parameter <c>@password</c>.</summary>
    public const string HashSql = "extensions.crypt(@password, extensions.gen_salt('bf', 10))";

    /// <summary>
    /// The SQL that tells whether <c>@password</c> is <c>u</c>'s. Where there is no user, or the user has no password, another hash of the
    /// same cost is compared, so that the answer takes the same time. pgcrypto knows today's bcrypt under its older names only, hence 2a.
    /// </summary>
    public const string MatchesSql = """
        (extensions.crypt(@password, regexp_replace(
            case when u.encrypted_password like '$2_$%' then u.encrypted_password else '$2a$10$KvSP9MQLP06co4uBwl.Q1Omx46NBQ4jIlmwtpi3RmrD.cngfr.bsS' end,
            '^\$2[by]\$', '$2a$'))
         = regexp_replace(coalesce(u.encrypted_password, ''), '^\$2[by]\$', '$2a$'))
        """;

    /// <summary>Why <paramref name="password"/> may not be anyone's, or null.</summary>
    public static ApiError? Refusal(string password, AuthOptions options)
    {
        if (Encoding.UTF8.GetByteCount(password) > MaxBytes) return Http.AuthErrors.Invalid($"Password cannot be longer than {MaxBytes} characters");
        if (password.Contains('\0', StringComparison.Ordinal)) return Http.AuthErrors.Invalid("Password cannot hold the character U+0000");
        return Weakness(password, options) is { } weakness ? Http.AuthErrors.WeakPassword(weakness) : null;
    }

    /// <summary>What <paramref name="password"/> lacks by today's rules, all of it, or null. A password that was chosen under older rules still signs in.</summary>
    public static PasswordWeakness? Weakness(string password, AuthOptions options)
    {
        var (messages, reasons) = (new List<string>(), new List<string>());
        if (password.Length < options.PasswordMinLength)
        {
            messages.Add($"Password should be at least {options.PasswordMinLength} characters.");
            reasons.Add("length");
        }
        var sets = CharacterSets.Parse(options.PasswordRequiredCharacters);
        if (sets.Any(set => password.AsSpan().IndexOfAny(set) < 0))
        {
            messages.Add($"Password should contain at least one character of each: {string.Join(", ", sets)}.");
            reasons.Add("characters");
        }
        return reasons.Count > 0 ? new PasswordWeakness(string.Join(' ', messages), reasons) : null;
    }
}
