using System.Globalization;
using System.Text;
using Npgsql;

namespace Hedgerow.Postgres;

/// <summary>
/// Reads and writes <c>postgresql://login:password@host:port/database?sslmode=require</c>; Npgsql's <c>Host=…;Database=…</c> is read as well.
/// Source: PostgreSQL documentation, 34.1.1.2 Connection URIs. Everything is percent-decoded; <c>host=/folder</c> (or <c>%2Ffolder</c> as the host)
/// is a unix socket; several hosts stand with commas.
/// </summary>
public static class DatabaseUrl
{
    private static readonly string[] Schemes = ["postgresql://", "postgres://"];

    /// <summary>libpq's parameters and what Npgsql calls them.</summary>
    private static readonly Dictionary<string, string> Keywords = new(StringComparer.Ordinal)
    {
        ["host"] = "Host",
        ["port"] = "Port",
        ["user"] = "Username",
        ["password"] = "Password",
        ["dbname"] = "Database",
        ["sslmode"] = "SSL Mode",
        ["sslrootcert"] = "Root Certificate",
        ["sslcert"] = "SSL Certificate",
        ["sslkey"] = "SSL Key",
        ["sslpassword"] = "SSL Password",
        ["application_name"] = "Application Name",
        ["connect_timeout"] = "Timeout",
        ["channel_binding"] = "Channel Binding",
        ["options"] = "Options",
        ["target_session_attrs"] = "Target Session Attributes",
    };

    /// <exception cref="SetupException">It cannot be read. The message says which part, and repeats neither the text nor a password.</exception>
    public static NpgsqlConnectionStringBuilder Parse(string text)
    {
        text = text.Trim();
        var scheme = Schemes.FirstOrDefault(scheme => text.StartsWith(scheme, StringComparison.OrdinalIgnoreCase));
        if (scheme is null && text.Contains("://", StringComparison.Ordinal)) throw Unreadable("it does not begin with postgresql://");
        var connection = scheme is null ? FromKeywords(text) : FromUrl(text[scheme.Length..]);
        if (string.IsNullOrEmpty(connection.Host)) throw Unreadable("it names no host");
        if (string.IsNullOrEmpty(connection.Username)) connection.Username = Environment.UserName;
        if (string.IsNullOrEmpty(connection.Database)) connection.Database = connection.Username;
        return connection;
    }

    /// <summary>The URL form, with the password.</summary>
    public static string Format(string connectionString)
    {
        var connection = new NpgsqlConnectionStringBuilder(connectionString);
        var url = new StringBuilder(Schemes[0]).Append(Uri.EscapeDataString(connection.Username ?? ""));
        if (!string.IsNullOrEmpty(connection.Password)) url.Append(':').Append(Uri.EscapeDataString(connection.Password));
        var socket = connection.Host?.StartsWith('/') == true;
        var host = socket ? "" : connection.Host!.Contains(':', StringComparison.Ordinal) && !connection.Host.Contains(',', StringComparison.Ordinal) ? $"[{connection.Host}]" : connection.Host;
        url.Append(CultureInfo.InvariantCulture, $"@{host}:{connection.Port}/").Append(Uri.EscapeDataString(connection.Database ?? connection.Username ?? ""));
        if (socket) url.Append("?host=").Append(Uri.EscapeDataString(connection.Host!));
        else if (connection.SslMode != SslMode.Prefer) url.Append("?sslmode=").Append(NameOf(connection.SslMode));
        return url.ToString();
    }

    /// <summary><c>host:port/database</c>, which may be shown.</summary>
    public static string Place(NpgsqlConnectionStringBuilder connection) =>
        $"{connection.Host}:{connection.Port.ToString(CultureInfo.InvariantCulture)}/{connection.Database ?? connection.Username}";

    private static NpgsqlConnectionStringBuilder FromKeywords(string text)
    {
        try
        {
            return new NpgsqlConnectionStringBuilder(text);
        }
        catch (Exception e) when (e is ArgumentException or FormatException)
        {
            throw Unreadable("it is neither a URL nor Npgsql's Host=…;Database=…"); // the exception's text may quote the password
        }
    }

    // login:password@host:port,host:port/database?name=value&…
    private static NpgsqlConnectionStringBuilder FromUrl(string rest)
    {
        var connection = new NpgsqlConnectionStringBuilder();
        var (beforeQuery, query) = Cut(rest, '?');
        var (authority, database) = Cut(beforeQuery, '/');
        // The last @ ends the login: a password with an @ in it is read as its owner meant it.
        var at = authority.LastIndexOf('@');
        if (at >= 0)
        {
            var (login, password) = Cut(authority[..at], ':');
            Set(connection, "user", Decode(login));
            Set(connection, "password", Decode(password));
        }
        Hosts(connection, authority[(at + 1)..]);
        Set(connection, "dbname", Decode(database));
        foreach (var pair in query.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var (name, value) = Cut(pair, '=');
            if (!Keywords.ContainsKey(name)) throw Unreadable($"it has the unknown parameter \"{name}\"; known are {string.Join(", ", Keywords.Keys)}");
            Set(connection, name, Decode(value));
        }
        return connection;
    }

    private static void Hosts(NpgsqlConnectionStringBuilder connection, string hosts)
    {
        if (hosts.Contains(',', StringComparison.Ordinal))
        {
            Set(connection, "host", Decode(hosts)); // Npgsql writes several hosts, each with its port, in the same way
            return;
        }
        var bracket = hosts.IndexOf(']', StringComparison.Ordinal); // [::1]:5432
        var colon = hosts.IndexOf(':', Math.Max(0, bracket));
        var host = colon < 0 ? hosts : hosts[..colon];
        Set(connection, "host", Decode(host.Trim('[', ']')));
        if (colon >= 0) Set(connection, "port", hosts[(colon + 1)..]);
    }

    private static void Set(NpgsqlConnectionStringBuilder connection, string name, string value)
    {
        if (value.Length == 0) return;
        try
        {
            connection[Keywords[name]] = name is "sslmode" ? value.Replace("-", "", StringComparison.Ordinal) : value;
            if (name == "port" && connection.Port is < 1 or > 65535) throw new FormatException();
        }
        catch (Exception e) when (e is ArgumentException or FormatException or OverflowException or InvalidCastException)
        {
            throw Unreadable(name == "password" ? "its password cannot be taken" : $"its {name} cannot be \"{value}\"");
        }
    }

    private static (string Before, string After) Cut(string text, char at) =>
        text.IndexOf(at, StringComparison.Ordinal) is >= 0 and var found ? (text[..found], text[(found + 1)..]) : (text, "");

    private static string Decode(string text) => Uri.UnescapeDataString(text);

    private static string NameOf(SslMode mode) => mode switch
    {
        SslMode.VerifyCA => "verify-ca",
        SslMode.VerifyFull => "verify-full",
        _ => mode.ToString().ToLowerInvariant(),
    };

    private static SetupException Unreadable(string why) => new(
        $"The database URL cannot be read: {why}.",
        "Write it as postgresql://login:password@host:port/database; characters such as @ : / ? # % in a password are written as %40 %3A %2F %3F %23 %25.");
}
