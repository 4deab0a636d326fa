using System.CommandLine;
using Hedgerow.Cli.State;

namespace Hedgerow.Cli.Commands;

/// <summary>Options that several commands have, each command its own instance.</summary>
internal static class CommonOptions
{
    public static Option<string?> State() => new("--state")
    {
        Description = "Folder that holds secrets and the embedded PostgreSQL (default: .hedgerow in the clone).",
        HelpName = "DIR",
    };

    public static Option<string?> Db() => new("--db")
    {
        Description = "PostgreSQL 15 to 18 to use rather than the embedded one: postgresql://login:password@host:port/database.",
        HelpName = "URL",
    };

    public static Option<string?> Storage() => new("--storage")
    {
        Description = "Where objects are kept: file:///folder or s3://access:secret@host:port/bucket (default: files in the state folder).",
        HelpName = "URL",
    };

    public static Option<string?> Apps() => new("--apps")
    {
        Description = "Applications whose migrations and policies are applied, comma list (default: all in sql/migrations).",
        HelpName = "a,b",
    };

    /// <summary>The folder that the option names, or the default.</summary>
    public static StateFolder FolderOf(this ParseResult parsed, Option<string?> state) => StateFolder.From(parsed.GetValue(state));
}
