namespace Hedgerow.Gateway.Configuration;

/// <summary>A setting that stops the start. The message is one line that names the setting and what is wrong with it.</summary>
public sealed class SettingException(string path, string problem, Exception? inner = null)
    : Exception($"Setting {path} (environment: HEDGEROW_{path.Replace(":", "__", StringComparison.Ordinal)}): {problem}", inner);
