using System.Text.RegularExpressions;

namespace Hedgerow.Tests.Conformance;

/// <summary>PostgREST's configuration as the cases write it (Haskell), in Hedgerow's settings.</summary>
internal static partial class CaseSettings
{
    private static readonly Dictionary<string, string> s_base = new()
    {
        ["Rest:Schemas"] = "test",
        ["Rest:AnonRole"] = "postgrest_test_anonymous",
        ["Rest:PreRequest"] = "test.switch_role",
        ["Rest:TxEnd"] = "rollback-allow-override",
        ["Rest:BasePath"] = "/",
        ["Rest:ServerTiming"] = "true",
        ["Rest:ExtraSearchPath"] = "",
        ["Rest:AppSettings"] = """{"app.settings.app_host": "localhost", "app.settings.external_api_secret": "0123456789abcdef"}""",
        ["Jwt:Secret"] = "reallyreallyreallyreallyverysafe",
    };

    public static Dictionary<string, string?> Of(IReadOnlyDictionary<string, string> config)
    {
        var settings = s_base.ToDictionary(s => s.Key, s => (string?)s.Value);
        foreach (var (name, value) in config)
            if (Setting(name, value) is var (key, text)) settings[key] = text;
        return settings;
    }

    private static (string Key, string Value)? Setting(string name, string value) => name switch
    {
        "configDbAggregates" => ("Rest:AggregatesEnabled", value),
        "configDbPlanEnabled" => ("Rest:PlanEnabled", value),
        "configDbSchemas" => ("Rest:Schemas", string.Join(',', Names(value))),
        "configDbExtraSearchPath" => ("Rest:ExtraSearchPath", string.Join(',', Names(value))),
        "configDbMaxRows" => ("Rest:MaxRows", value.Split(' ')[^1]),
        "configDbPreRequest" => ("Rest:PreRequest", string.Join('.', Names(value))),
        "configDbRootSpec" => ("Rest:RootSpec", string.Join('.', Names(value))),
        "configDbAnonRole" => ("Rest:AnonRole", ""),
        "configUrlUseLegacyTargetNames" => ("Rest:UseLegacyTargetNames", value),
        "configOpenApiMode" => ("Rest:OpenApiMode", value switch { "OADisabled" => "disabled", "OAIgnorePriv" => "ignore-privileges", _ => "follow-privileges" }),
        "configOpenApiSecurityActive" => ("Rest:OpenApiSecurityActive", value),
        "configJwtAudience" => ("Jwt:Audience", Names(value)[0]),
        "configServerTimingEnabled" => ("Rest:ServerTiming", value),
        "configServerTraceHeader" => ("Rest:TraceHeader", Names(value)[0]),
        "configClientErrorVerbosity" => ("Rest:ErrorVerbosity", value.ToLowerInvariant()),
        "configJwtSecret" when value == "Nothing" => ("Jwt:Secret", ""),
        _ => null,
    };

    private static List<string> Names(string haskell) =>
        [.. Quoted().Matches(haskell).Select(m => m.Groups[1].Value.Replace("\\\"", "\"", StringComparison.Ordinal).Replace("\\\\", "\\", StringComparison.Ordinal))];

    [GeneratedRegex("\"((?:[^\"\\\\]|\\\\.)*)\"")]
    private static partial Regex Quoted();
}
