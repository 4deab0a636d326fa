using System.Text;
using Npgsql;

namespace Hedgerow.Cli.Database;

/// <summary>
/// Reads and writes <c>postgresql://login:password@host:port/database?sslmode=require</c>.
/// Source: PostgreSQL documentation, 34.1.1.2 Connection URIs. Npgsql's keyword form is taken as well.
/// </summary>
public static class DatabaseUrl
{
    /// <exception cref="CommandFailure">It cannot be read. The text, which may hold a password, is not repeated.</exception>
    public static NpgsqlConnectionStringBuilder Parse(string text)
    {
        try
        {
            var connection = text.Contains("://", StringComparison.Ordinal) ? FromUri(new Uri(text)) : new NpgsqlConnectionStringBuilder(text);
            if (string.IsNullOrEmpty(connection.Host)) throw new FormatException();
            return connection;
        }
        catch (Exception e) when (e is FormatException or ArgumentException)
        {
            throw new CommandFailure(
                "The database URL cannot be read.",
                "Write it as postgresql://login:password@host:port/database; characters such as @ : / # % in a password are written as %40 %3A %2F %23 %25.");
        }
    }

    /// <summary>The URI form, with the password.</summary>
    public static string Format(string connectionString)
    {
        var connection = new NpgsqlConnectionStringBuilder(connectionString);
        var url = new StringBuilder("postgresql://").Append(Uri.EscapeDataString(connection.Username ?? ""));
        if (!string.IsNullOrEmpty(connection.Password)) url.Append(':').Append(Uri.EscapeDataString(connection.Password));
        var socket = connection.Host?.StartsWith('/') == true;
        url.Append('@').Append(socket ? "" : connection.Host).Append(':').Append(connection.Port);
        url.Append('/').Append(Uri.EscapeDataString(connection.Database ?? connection.Username ?? ""));
        if (socket) url.Append("?host=").Append(Uri.EscapeDataString(connection.Host!));
        else if (connection.SslMode != SslMode.Prefer) url.Append("?sslmode=").Append(SslModeName(connection.SslMode));
        return url.ToString();
    }

    /// <summary><c>host:port/database</c>, which may be shown.</summary>
    public static string Place(NpgsqlConnectionStringBuilder connection) =>
        $"{connection.Host}:{connection.Port}/{connection.Database ?? connection.Username}";

    private static NpgsqlConnectionStringBuilder FromUri(Uri uri)
    {
        if (uri.Scheme is not ("postgres" or "postgresql")) throw new FormatException();
        var login = uri.UserInfo.Split(':', 2);
        var connection = new NpgsqlConnectionStringBuilder
        {
            Host = Uri.UnescapeDataString(uri.Host).Trim('[', ']'),
            Port = uri.Port > 0 ? uri.Port : NpgsqlConnection.DefaultPort,
            Username = login[0].Length > 0 ? Uri.UnescapeDataString(login[0]) : Environment.UserName,
            Password = login.Length > 1 ? Uri.UnescapeDataString(login[1]) : null,
        };
        var database = Uri.UnescapeDataString(uri.AbsolutePath.TrimStart('/'));
        connection.Database = database.Length > 0 ? database : connection.Username;
        foreach (var pair in uri.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var (name, value) = pair.Split('=', 2) is [var key, var text] ? (key, Uri.UnescapeDataString(text)) : (pair, "");
            connection[KeywordOf(name)] = name == "sslmode" ? value.Replace("-", "", StringComparison.Ordinal) : value;
        }
        return connection;
    }

    /// <summary>libpq's parameter names that Npgsql calls otherwise; the rest are Npgsql's to take or refuse.</summary>
    private static string KeywordOf(string name) => name switch
    {
        "sslmode" => "SSL Mode",
        "sslrootcert" => "Root Certificate",
        "application_name" => "Application Name",
        "connect_timeout" => "Timeout",
        "user" => "Username",
        "dbname" => "Database",
        _ => name,
    };

    private static string SslModeName(SslMode mode) => mode switch
    {
        SslMode.VerifyCA => "verify-ca",
        SslMode.VerifyFull => "verify-full",
        _ => mode.ToString().ToLowerInvariant(),
    };
}
