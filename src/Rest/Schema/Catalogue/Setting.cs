namespace Hedgerow.Rest.Schema.Catalogue;

/// <summary>Settings as <c>rolconfig</c> and <c>proconfig</c> hold them: <c>name=value</c>.</summary>
internal static class Setting
{
    public const string Isolation = "default_transaction_isolation";

    public static KeyValuePair<string, string> Split(string setting)
    {
        var at = setting.IndexOf('=', StringComparison.Ordinal);
        return at < 0 ? new(setting, "") : new(setting[..at], setting[(at + 1)..]);
    }
}
