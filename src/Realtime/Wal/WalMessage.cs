using NpgsqlTypes;

namespace Hedgerow.Realtime.Wal;

/// <summary>What the reader learns from the log, in the order of the log.</summary>
public abstract record WalMessage
{
    private WalMessage()
    {
    }

    public sealed record Change(LoggedChange Row) : WalMessage;

    /// <summary>A transaction is complete.</summary>
    /// <param name="End">Where the log goes on behind it.</param>
    public sealed record Committed(NpgsqlLogSequenceNumber End) : WalMessage;

    /// <summary>What <c>pg_logical_emit_message</c> wrote outside of any transaction.</summary>
    /// <param name="At">Where it stands.</param>
    public sealed record Emitted(NpgsqlLogSequenceNumber At, string Prefix, ReadOnlyMemory<byte> Content) : WalMessage;
}
