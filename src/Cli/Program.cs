using System.CommandLine;
using System.Runtime.InteropServices;
using Hedgerow.Cli;
using Hedgerow.Cli.Commands;
using Hedgerow.Cli.Commands.Auth;
using Hedgerow.Cli.Commands.Db;
using Hedgerow.Cli.Output;
using Hedgerow.Gateway.Configuration;
using Hedgerow.Postgres;

var root = new RootCommand("Hedgerow: a backend on PostgreSQL.")
{
    UpCommand.Create(),
    StatusCommand.Create(),
    DownCommand.Create(),
    DbCommand.Create(),
    KeysCommand.Create(),
    AuthCommand.Create(),
    TestCommand.Create(),
    BenchCommand.Create(),
    MigrateCommand.Create(),
    JobsCommand.Create(),
    PoliciesCommand.Create(),
    StorageCommand.Create(),
};

// The first signal asks for an orderly end, a second one does not wait for it.
using var ending = new CancellationTokenSource();
void End(PosixSignalContext signal)
{
    if (ending.IsCancellationRequested) return;
    signal.Cancel = true;
    ending.Cancel();
}
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, End);

try
{
    var parsed = root.Parse(args);
    return await parsed.InvokeAsync(
        new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null }, ending.Token);
}
catch (CommandFailure e)
{
    return Failure.Say(e.Cause, e.Mend);
}
catch (SetupException e)
{
    return Failure.Say(e.Cause, e.Mend);
}
catch (SettingException e)
{
    return Failure.Say(e.Message, "");
}
catch (OperationCanceledException) when (ending.IsCancellationRequested)
{
    return 130;
}
catch (Exception e)
{
    return Failure.SayUnexpected(e);
}
