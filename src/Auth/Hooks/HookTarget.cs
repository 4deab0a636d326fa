using System.Text.RegularExpressions;
using Hedgerow.Postgres;

namespace Hedgerow.Auth.Hooks;

/// <summary>Where a hook is: a function of the database's, or an address that is sent signed requests.</summary>
/// <param name="Address">As the configuration has it, for messages.</param>
public abstract partial record HookTarget(string Address)
{
    /// <param name="Address">As the configuration has it.</param>
    /// <param name="CallSql">The SQL that calls it with the parameter <c>@input</c>.</param>
    public sealed record Function(string Address, string CallSql) : HookTarget(Address);

    /// <param name="Address">As the configuration has it.</param>
    /// <param name="Signature">Signs what is sent.</param>
    public sealed record Http(string Address, WebhookSignature Signature) : HookTarget(Address);

    /// <summary>Null where there is none.</summary>
    /// <param name="uri"><c>pg-functions://postgres/schema/function</c>, <c>https://…</c>, or <c>http://</c> on this machine; or empty.</param>
    /// <param name="secrets">For addresses (<see cref="WebhookSignature.Parse"/>).</param>
    /// <exception cref="FormatException">It is malformed.</exception>
    public static HookTarget? Parse(string uri, string secrets)
    {
        if (uri.Length == 0) return null;
        if (FunctionPattern().Match(uri) is { Success: true } match)
            return new Function(uri, $"select {Sql.Identifier(match.Groups["schema"].Value)}.{Sql.Identifier(match.Groups["function"].Value)}(@input::jsonb)::jsonb::text");
        if (!Uri.TryCreate(uri, UriKind.Absolute, out var parsed) || !(parsed.Scheme == Uri.UriSchemeHttps || (parsed.Scheme == Uri.UriSchemeHttp && parsed.IsLoopback)))
            throw new FormatException("must be pg-functions://postgres/<schema>/<function>, https://…, or http:// on this machine");
        return new Http(uri, WebhookSignature.Parse(secrets));
    }

    [GeneratedRegex(@"^pg-functions://[^/]+/(?<schema>[A-Za-z_][A-Za-z0-9_]{0,62})/(?<function>[A-Za-z_][A-Za-z0-9_]{0,62})/?\z", RegexOptions.CultureInvariant)]
    private static partial Regex FunctionPattern();
}
