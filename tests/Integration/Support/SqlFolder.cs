using Hedgerow.Postgres.Migrations;

namespace Hedgerow.Tests.Integration.Support;

/// <summary>
/// A <c>sql/</c> folder that a test writes, in a temporary place that is gone on dispose. It begins with a script that makes the roles
/// as the platform does (they are the cluster's, so other tests may have made them) and lets <c>hedgerow_admin</c> create in the database.
/// </summary>
public sealed class SqlFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("hedgerow-sql-").FullName;

    /// <summary>The script that is there from the beginning.</summary>
    public const string Roles = "platform/0000_roles.sql";

    public SqlFolder() => With(
        $"migrations/{Roles}",
        """
        do $$
        declare
          wanted text;
        begin
          foreach wanted in array '{anon nologin,authenticated nologin,service_role nologin bypassrls,hedgerow_admin nologin}'::text[] loop
            begin
              execute 'create role ' || wanted;
            exception when duplicate_object or unique_violation then null;
            end;
          end loop;
          execute format('grant create on database %I to hedgerow_admin', current_database());
        end $$;
        grant all on schema public to hedgerow_admin;
        """);

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
