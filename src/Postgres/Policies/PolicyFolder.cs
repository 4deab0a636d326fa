using Hedgerow.Postgres.Migrations;

namespace Hedgerow.Postgres.Policies;

/// <summary>The policy files of one schema, read from <c>sql/policies/&lt;schema&gt;</c>.</summary>
/// <param name="Schema">The schema, which is the folder's name.</param>
/// <param name="Access"><c>_access.sql</c>, the functions that policies call; empty text where there is no such file.</param>
/// <param name="Tables">A file a table, in the order of names.</param>
/// <param name="Folder">Where they lie.</param>
public sealed record PolicyFolder(string Schema, SqlFile Access, IReadOnlyList<PolicyFile> Tables, string Folder)
{
    private const string AccessFile = "_access.sql";

    /// <summary>Applications whose tables stand in a schema of another name.</summary>
    private static readonly Dictionary<string, string> SchemaOfApp = new() { ["icreatetechs"] = "public" };

    /// <summary>
    /// The folders below <paramref name="policies"/> that belong to the platform or to one of <paramref name="installed"/>
    /// (applications among <paramref name="known"/>).
    /// </summary>
    public static IReadOnlyList<PolicyFolder> ReadInstalled(string policies, IReadOnlyCollection<string> known, IReadOnlyCollection<string> installed)
    {
        if (!Directory.Exists(policies)) return [];
        var absent = known.Except(installed).Select(app => SchemaOfApp.GetValueOrDefault(app, app)).ToHashSet(StringComparer.Ordinal);
        return
        [
            .. Directory.GetDirectories(policies).Order(StringComparer.Ordinal)
                .Where(folder => !absent.Contains(Path.GetFileName(folder))).Select(Read),
        ];
    }

    /// <summary>Reads one folder. Files whose name begins with an underscore are no table's.</summary>
    public static PolicyFolder Read(string folder)
    {
        var schema = Path.GetFileName(folder);
        var access = Path.Combine(folder, AccessFile);
        return new(
            schema,
            new SqlFile($"policies/{schema}/{AccessFile}", File.Exists(access) ? File.ReadAllText(access) : ""),
            [
                .. Directory.GetFiles(folder, "*.sql").Order(StringComparer.Ordinal)
                    .Where(path => !Path.GetFileName(path).StartsWith('_'))
                    .Select(path => new PolicyFile(
                        Path.GetFileNameWithoutExtension(path),
                        new SqlFile($"policies/{schema}/{Path.GetFileName(path)}", File.ReadAllText(path)))),
            ],
            folder);
    }
}

/// <summary>The whole truth about one table's policies.</summary>
/// <param name="Table">The table, which is the file's name.</param>
public sealed record PolicyFile(string Table, SqlFile Sql)
{
    /// <summary>As <see cref="Script.ChecksumOf"/>.</summary>
    public string Checksum => Script.ChecksumOf(Sql.Text);
}
