using Hedgerow.Postgres;
using Hedgerow.Tests.Integration.Support;
using Npgsql;

namespace Hedgerow.Tests.Integration.Cli;

/// <summary>IC-27, with the pg_dump that the machine has: Debian's 15 in the round on PostgreSQL 15, where a newer server is refused by name.</summary>
public sealed class BackupTests
{
    [Fact]
    public async Task IC_27_A_backup_gives_back_what_was_lost_or_says_which_program_it_needs()
    {
        using var state = new TemporaryState();
        await using var database = await TestDatabase.CreateAsync();
        var url = DatabaseUrl.Format(database.AdminConnectionString);
        var archive = Path.Combine(Path.GetDirectoryName(state.Path)!, "archive.dump");
        await database.ExecuteAsync("create table hedgerow.kept as select 42 as answer");

        var (exitCode, said) = await HedgerowProcess.RunAsync("db", "backup", archive, "--state", state.Path, "--db", url);
        if (exitCode != 0)
        {
            Assert.Matches("pg_dump in PATH is version [0-9.]+, the server is PostgreSQL [0-9]+|no pg_dump in PATH", said);
            Assert.False(File.Exists(archive));
            return;
        }

        await database.ExecuteAsync("drop table hedgerow.kept");
        NpgsqlConnection.ClearAllPools();
        var restored = await HedgerowProcess.RunAsync("db", "restore", archive, "--yes", "--state", state.Path, "--db", url);
        Assert.True(restored.ExitCode == 0, restored.Said);
        await database.ExecuteAsync("select 1 / (count(*) filter (where answer = 42)) from hedgerow.kept");
    }
}
