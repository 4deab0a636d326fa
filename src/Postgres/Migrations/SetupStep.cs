namespace Hedgerow.Postgres.Migrations;

/// <summary>What a set-up reports while it runs, for the command line to draw.</summary>
public abstract record SetupStep
{
    private SetupStep() { }

    /// <summary>Another process is setting the same database up; this one waits for it.</summary>
    public sealed record Waiting : SetupStep;

    /// <summary>A script begins, the <paramref name="Number"/>th of <paramref name="Of"/>.</summary>
    public sealed record Applying(string Script, int Number, int Of) : SetupStep;

    /// <summary>A script was applied and journaled.</summary>
    public sealed record Applied(string Script, TimeSpan Took) : SetupStep;

    /// <summary>The policies of <paramref name="Schema"/> were brought to the files' text.</summary>
    public sealed record Policies(string Schema, IReadOnlyList<string> Files) : SetupStep;

    /// <summary>Passwords were given to <paramref name="Logins"/>.</summary>
    public sealed record Passwords(IReadOnlyList<string> Logins) : SetupStep;

    /// <summary>The public key for encrypted columns was stored.</summary>
    public sealed record EncryptionKey : SetupStep;
}
