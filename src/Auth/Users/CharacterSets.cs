using System.Text;

namespace Hedgerow.Auth.Users;

/// <summary>
/// Sets of characters as <c>GOTRUE_PASSWORD_REQUIRED_CHARACTERS</c> takes them: separated by colons, <c>\:</c> being a colon itself
/// (supabase/auth, internal/conf, PasswordRequiredCharacters).
/// </summary>
public static class CharacterSets
{
    public static IReadOnlyList<string> Parse(string text)
    {
        var sets = new List<string>();
        var set = new StringBuilder();
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\' && i + 1 < text.Length && text[i + 1] == ':') set.Append(text[++i]);
            else if (text[i] != ':') set.Append(text[i]);
            else Close();
        }
        Close();
        return sets;

        void Close()
        {
            if (set.Length > 0) sets.Add(set.ToString());
            set.Clear();
        }
    }
}
