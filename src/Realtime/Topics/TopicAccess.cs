using System.Text.Json;
using Hedgerow.Postgres;
using Hedgerow.Realtime.Visibility;
using Npgsql;
using NpgsqlTypes;

namespace Hedgerow.Realtime.Topics;

/// <summary>What somebody may do in a private topic.</summary>
public sealed record TopicRights(bool Broadcast, bool Presence)
{
    public static TopicRights All { get; } = new(true, true);
    public static TopicRights None { get; } = new(false, false);
}

/// <summary>
/// Asks the policies on <c>realtime.messages</c>, as Supabase means them: SELECT is to receive, INSERT is to send, of the extension <c>broadcast</c> or
/// <c>presence</c>, with <c>realtime.topic()</c> as the topic. No row is written for it: the policies' expressions are evaluated on two that need not exist.
/// </summary>
public sealed class TopicAccess(RealtimeOptions options, RealtimeDatabase database)
{
    private const string Table = "realtime.messages";

    /// <summary>In a public topic everything, where such are allowed; in a private one what the policies say. One that breaks gives nothing.</summary>
    /// <param name="command">Select to receive, Insert to send.</param>
    /// <exception cref="NpgsqlException">The database cannot be asked.</exception>
    public async Task<TopicRights> RightsAsync(Caller caller, TopicName topic, AccessCatalogue.Command command, CancellationToken cancellation)
    {
        if (!topic.Private) return options.PublicChannels ? TopicRights.All : TopicRights.None;
        try
        {
            return await AskAsync(caller, topic.Name, command, cancellation);
        }
        catch (PostgresException e) when (e.SqlState[..2] is not ("08" or "53" or "57"))
        {
            return TopicRights.None;
        }
    }

    /// <summary>The newest messages sent from SQL that the caller may see, oldest first.</summary>
    /// <param name="since">Milliseconds since 1970.</param>
    public async Task<IReadOnlyList<Broadcast>> ReplayAsync(Caller caller, string topic, long since, int limit, CancellationToken cancellation)
    {
        await using var connection = await database.Pool.OpenConnectionAsync(cancellation);
        await using var batch = new NpgsqlBatch(connection) { BatchCommands = { RowCheck.Become(caller, "realtime"), At(topic) } };
        batch.BatchCommands.Add(new NpgsqlBatchCommand(
            """
            select id, event, payload, binary_payload from realtime.messages
            where topic = $1 and private and extension = 'broadcast' and inserted_at >= $2 order by inserted_at desc limit $3
            """)
        {
            Parameters =
            {
                new() { Value = topic },
                new() { Value = DateTime.SpecifyKind(DateTimeOffset.FromUnixTimeMilliseconds(Math.Clamp(since, 0, 253402300799999)).UtcDateTime, DateTimeKind.Unspecified), NpgsqlDbType = NpgsqlDbType.Timestamp },
                new() { Value = limit },
            },
        });
        var messages = new List<Broadcast>();
        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        await reader.NextResultAsync(cancellation);
        await reader.NextResultAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            var binary = !reader.IsDBNull(3);
            var payload = binary ? reader.GetFieldValue<byte[]>(3) : reader.IsDBNull(2) ? "null"u8.ToArray() : System.Text.Encoding.UTF8.GetBytes(reader.GetString(2));
            messages.Add(new Broadcast(new TopicName(topic, true), reader.IsDBNull(1) ? "" : reader.GetString(1), binary, payload, reader.GetGuid(0), Replayed: true));
        }
        messages.Reverse();
        return messages;
    }

    private async Task<TopicRights> AskAsync(Caller caller, string topic, AccessCatalogue.Command command, CancellationToken cancellation)
    {
        await using var connection = await database.Pool.OpenConnectionAsync(cancellation);
        await using var find = new NpgsqlCommand($"select '{Table}'::regclass::oid", connection);
        var oid = (uint)(await find.ExecuteScalarAsync(cancellation))!;
        var access = await AccessCatalogue.ReadAsync(connection, oid, caller.Role, command, "", cancellation);
        switch (access?.Rule)
        {
            case null or RowRule.Nobody:
                return TopicRights.None;
            case RowRule.Everybody:
                return TopicRights.All;
        }
        var rule = (RowRule.Ask)access.Rule;
        await using var batch = new NpgsqlBatch(connection) { BatchCommands = { RowCheck.Become(caller, "realtime"), At(topic) } };
        batch.BatchCommands.Add(new NpgsqlBatchCommand(
            $"{Sql.Comment(caller.Role)}select ({rule.Expression}) is true from json_populate_recordset(null::{Table}, $1) as messages")
        {
            Parameters = { new NpgsqlParameter<byte[]> { TypedValue = Rows(topic), NpgsqlDbType = NpgsqlDbType.Json } },
        });
        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        await reader.NextResultAsync(cancellation);
        await reader.NextResultAsync(cancellation);
        var broadcast = await reader.ReadAsync(cancellation) && reader.GetBoolean(0);
        var presence = await reader.ReadAsync(cancellation) && reader.GetBoolean(0);
        return new TopicRights(broadcast, presence);
    }

    private static NpgsqlBatchCommand At(string topic) => new("select 1 where set_config('realtime.topic', $1, true) is null")
    {
        Parameters = { new() { Value = topic } },
    };

    private static byte[] Rows(string topic) => JsonSerializer.SerializeToUtf8Bytes(new[] { "broadcast", "presence" }.Select(extension => new Dictionary<string, object>
    {
        ["topic"] = topic, ["extension"] = extension, ["private"] = true, ["id"] = Guid.NewGuid(),
    }));
}
