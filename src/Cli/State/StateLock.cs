namespace Hedgerow.Cli.State;

/// <summary>
/// Held while a hedgerow uses a state folder. The kernel holds it for the process (flock), so it is free again however that process ends.
/// </summary>
public sealed class StateLock : IDisposable
{
    private readonly FileStream _file;

    private StateLock(FileStream file) => _file = file;

    /// <summary>The lock of <paramref name="state"/>; null when another process holds it.</summary>
    public static StateLock? TryTake(StateFolder state)
    {
        state.Create();
        try
        {
            return new StateLock(new FileStream(state.Lock, FileMode.Open, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>Whether a process holds the lock of <paramref name="state"/>.</summary>
    public static bool IsHeld(StateFolder state)
    {
        if (!File.Exists(state.Lock)) return false;
        using var taken = TryTake(state);
        return taken is null;
    }

    public void Dispose() => _file.Dispose();
}
