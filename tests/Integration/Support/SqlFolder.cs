using Hedgerow.Postgres.Migrations;

namespace Hedgerow.Tests.Integration.Support;

/// <summary>A <c>sql/</c> folder that a test writes, in a temporary place that is gone on dispose.</summary>
public sealed class SqlFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("hedgerow-sql-").FullName;

    public SqlFolder() => Directory.CreateDirectory(System.IO.Path.Combine(Path, "migrations", "platform"));

    /// <summary>Writes a file, such as <c>migrations/platform/0001_a.sql</c>, and the folders above it.</summary>
    public SqlFolder With(string file, string text)
    {
        var path = System.IO.Path.Combine(Path, file);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return this;
    }

    public void Delete(string file) => File.Delete(System.IO.Path.Combine(Path, file));

    /// <summary>Sets <paramref name="database"/> up from this folder.</summary>
    public Task SetUpAsync(TestDatabase database, params string[] apps) => SetUpAsync(database.AdminConnectionString, null, apps);

    /// <summary>As above, with another login or a listener. No rights to make roles are asked for.</summary>
    public Task SetUpAsync(string connectionString, Action<SetupStep>? progress, params string[] apps) =>
        DatabaseSetup.RunAsync(connectionString, new SetupOptions(Path, apps) { Roles = [] }, progress);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
