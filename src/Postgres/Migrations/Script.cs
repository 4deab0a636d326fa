using System.Security.Cryptography;
using System.Text;

namespace Hedgerow.Postgres.Migrations;

/// <summary>A migration: its name in the journal (<c>platform/0001_roles.sql</c>) and its text. Its place in the list is its order.</summary>
public sealed record Script(string Name, string Text)
{
    /// <summary>The folder below <c>sql/migrations</c>: <c>platform</c> or an application.</summary>
    public string App => Name[..Name.IndexOf('/', StringComparison.Ordinal)];

    /// <summary>Lower-case hex of <see cref="ChecksumOf"/>.</summary>
    public string Checksum { get; } = ChecksumOf(Text);

    /// <summary>SHA-256 of the text as UTF-8. Line ends count as <c>\n</c>, so a checkout on Windows has the same checksums.</summary>
    public static string ChecksumOf(string text) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.Replace("\r\n", "\n", StringComparison.Ordinal))));
}
