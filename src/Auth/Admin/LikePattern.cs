namespace Hedgerow.Auth.Admin;

/// <summary>Text as a pattern of LIKE: found wherever it stands, whatever characters it has.</summary>
public static class LikePattern
{
    public static string Containing(string text) =>
        $"%{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("%", "\\%", StringComparison.Ordinal).Replace("_", "\\_", StringComparison.Ordinal)}%";
}
