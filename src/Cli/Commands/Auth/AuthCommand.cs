using System.CommandLine;

namespace Hedgerow.Cli.Commands.Auth;

/// <summary><c>hedgerow auth …</c></summary>
internal static class AuthCommand
{
    public static Command Create() => new("auth", "Bring users along from another project.") { ImportCommand.Create() };
}
