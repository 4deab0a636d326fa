namespace Hedgerow.Rest.Schema.Catalogue;

/// <summary>Settings as <c>rolconfig</c> and <c>proconfig</c> hold them: <c>name=value</c>.</summary>
internal static class Setting
{
    public const string Isolation = "default_transaction_isolation";

    /// <summary>A function's own settings that hold for its whole transaction (PostgREST, <c>db-hoisted-tx-settings</c>, its default).</summary>
    public static bool IsHoisted(string name) => name is "statement_timeout" or "plan_filter.statement_cost_limit";

    public static KeyValuePair<string, string> Split(string setting)
    {
        var at = setting.IndexOf('=', StringComparison.Ordinal);
        return at < 0 ? new(setting, "") : new(setting[..at], setting[(at + 1)..]);
    }
}
