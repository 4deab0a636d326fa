using System.CommandLine;
using Hedgerow.Cli;

var root = new RootCommand("Hedgerow: a backend on PostgreSQL.");
try
{
    return await root.Parse(args).InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
}
catch (CommandFailure e)
{
    Console.Error.WriteLine($"hedgerow: {e.Cause} {e.Mend}");
    return 1;
}
