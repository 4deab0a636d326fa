namespace Hedgerow.Gateway.Configuration;

/// <summary>A setting that begins with <c>@</c> names the file that holds it (PostgREST, Configuration, External config file).</summary>
internal static class ExternalFile
{
    /// <summary>The setting, or the text of the file that it names, without the newline at its end.</summary>
    /// <exception cref="SettingException">The file cannot be read.</exception>
    public static string Resolve(string path, string setting)
    {
        if (!setting.StartsWith('@')) return setting;
        try
        {
            return File.ReadAllText(setting[1..]).TrimEnd('\r', '\n');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new SettingException(path, $"names a file that cannot be read: {e.Message}", e);
        }
    }
}
