using System.Threading.Channels;
using Hedgerow.Postgres;

namespace Hedgerow.Cli.Database;

/// <summary>
/// Runs the set-up again whenever a file below <c>sql/</c> changes: a policy is in force a moment after it is saved. A file that PostgreSQL refuses is
/// reported and changes nothing; the platform keeps running.
/// </summary>
internal sealed class SqlWatch(PlatformSetup setup, IProgress<string> progress)
{
    /// <summary>Editors write a file in several steps, and git many files at once: the set-up runs when nothing has changed for this long.</summary>
    private static readonly TimeSpan s_quiet = TimeSpan.FromMilliseconds(150);

    public async Task RunAsync(CancellationToken cancellation)
    {
        var changes = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
        using var watcher = new FileSystemWatcher(PlatformSetup.SqlFolder, "*.sql") { IncludeSubdirectories = true };
        watcher.Changed += (_, _) => changes.Writer.TryWrite(true);
        watcher.Created += (_, _) => changes.Writer.TryWrite(true);
        watcher.Deleted += (_, _) => changes.Writer.TryWrite(true);
        watcher.Renamed += (_, _) => changes.Writer.TryWrite(true);
        watcher.EnableRaisingEvents = true;
        progress.Report($"Watching {PlatformSetup.SqlFolder}");

        while (await changes.Reader.WaitToReadAsync(cancellation))
        {
            while (changes.Reader.TryRead(out _)) await Task.Delay(s_quiet, cancellation);
            try
            {
                await setup.RunAsync(cancellation);
                progress.Report("sql/ is applied");
            }
            catch (SetupException e)
            {
                progress.Report($"{e.Cause} {e.Mend}".TrimEnd());
            }
        }
    }
}
