using Hedgerow.Postgres;
using Npgsql;

namespace Hedgerow.Cli.Seed;

/// <summary>
/// Switches the triggers of tables off while a transaction loads them, and on again. Row triggers would turn a COPY of a million rows
/// into a million statements, and would stamp what is meant to be past with today's date. Foreign keys and checks are no
/// triggers of this kind: PostgreSQL goes on checking each of them, which <c>session_replication_role = replica</c> would not.
/// The tables are locked against other writers until the transaction ends, and a failure rolls the switch back.
/// </summary>
public sealed class PausedTriggers
{
    private readonly List<(string Table, string Trigger, char Firing)> _paused = [];

    private PausedTriggers()
    {
    }

    public static async Task<PausedTriggers> PauseAsync(NpgsqlConnection connection, IReadOnlyCollection<string> tables, CancellationToken cancellation)
    {
        var paused = new PausedTriggers();
        // A partition's copies of its parent's triggers follow the parent.
        await using (var find = new NpgsqlCommand(
            """
            select t.tgrelid::regclass::text, t.tgname, t.tgenabled from pg_catalog.pg_trigger as t
            where t.tgrelid = any ($1::regclass[]) and not t.tgisinternal and t.tgenabled <> 'D' order by 1, 2
            """, connection) { Parameters = { new() { Value = tables.ToArray() } } })
        await using (var reader = await find.ExecuteReaderAsync(cancellation))
            while (await reader.ReadAsync(cancellation))
                paused._paused.Add((reader.GetString(0), reader.GetString(1), reader.GetChar(2)));

        await paused.SwitchAsync(connection, _ => "disable", cancellation);
        return paused;
    }

    public Task ResumeAsync(NpgsqlConnection connection, CancellationToken cancellation) =>
        SwitchAsync(connection, firing => firing switch { 'A' => "enable always", 'R' => "enable replica", _ => "enable" }, cancellation);

    private async Task SwitchAsync(NpgsqlConnection connection, Func<char, string> action, CancellationToken cancellation)
    {
        if (_paused.Count == 0)
            return;
        await using var batch = new NpgsqlBatch(connection);
        foreach (var (table, trigger, firing) in _paused)
            batch.BatchCommands.Add(new NpgsqlBatchCommand($"alter table {table} {action(firing)} trigger {Sql.Identifier(trigger)}"));
        await batch.ExecuteNonQueryAsync(cancellation);
    }
}
