using System.CommandLine;

namespace Hedgerow.Cli.Commands.Db;

/// <summary><c>hedgerow db …</c></summary>
internal static class DbCommand
{
    public static Command Create() => new("db", "Back up, restore, reset the database, or fill it with sample data.")
    {
        BackupCommand.Create(),
        RestoreCommand.Create(),
        ResetCommand.Create(),
        SeedCommand.Create(),
    };
}
