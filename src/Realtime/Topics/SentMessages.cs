using System.Text;
using Hedgerow.Realtime.Wal;

namespace Hedgerow.Realtime.Topics;

/// <summary>Rows of <c>realtime.messages</c>, as the log tells them, are broadcasts: every gateway reads them, so each delivers to its own members.</summary>
public sealed class SentMessages(TopicHub topics)
{
    public void Deliver(LoggedChange change)
    {
        if (change.Kind != ChangeKind.Insert || Text(change, "extension") is not "broadcast" || Text(change, "topic") is not { } topic) return;
        var binary = Bytes(change, "binary_payload");
        // A database may be set to another form of bytea (bytea_output).
        if (binary is not null and not [(byte)'\\', (byte)'x', ..]) return;
        var payload = binary is null ? Bytes(change, "payload") ?? "null"u8.ToArray() : Convert.FromHexString(Encoding.ASCII.GetString(binary.AsSpan(2)));
        topics.Deliver(new Broadcast(
            new TopicName(topic, Text(change, "private") == "t"), Text(change, "event") ?? "", binary is not null, payload,
            Guid.TryParse(Text(change, "id"), out var id) ? id : null));
    }

    private static string? Text(LoggedChange change, string column) => Bytes(change, column) is { } bytes ? Encoding.UTF8.GetString(bytes) : null;

    private static byte[]? Bytes(LoggedChange change, string column)
    {
        var number = change.Relation.IndexOf(column);
        return number >= 0 && change.New!.State(number) == ColumnState.Text ? change.New.Text(number).ToArray() : null;
    }
}
