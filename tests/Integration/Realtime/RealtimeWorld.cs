using Hedgerow.Tests.Integration.Support;
using Npgsql;

namespace Hedgerow.Tests.Integration.Realtime;

/// <summary>A platform with realtime on, and one table of notes: whoever owns a note sees it, whoever shares its room as well.</summary>
public sealed class RealtimeWorld : IAsyncLifetime
{
    public TestPlatform Platform { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Platform = await StartAsync();
        await MakeNotesAsync(Platform.Database);
    }

    public async Task DisposeAsync() => await Platform.DisposeAsync();

    public static async Task<TestPlatform> StartAsync(params (string, string)[] settings) =>
        await FollowingAsync(await TestPlatform.StartAsync([("Realtime:Enabled", "true"), .. settings]), []);

    public static async Task<TestPlatform> StartOnAsync(TestDatabase database, params (string, string)[] settings)
    {
        var readers = await ReadersAsync(database);
        return await FollowingAsync(await TestPlatform.StartOnAsync(database, [("Realtime:Enabled", "true"), .. settings]), readers);
    }

    /// <summary>Once it reads the log: the first slot of a database waits for every transaction of the server that is open.</summary>
    /// <param name="before">Slots of readers that were there before; one that has ended may still be among them for a moment.</param>
    private static async Task<TestPlatform> FollowingAsync(TestPlatform platform, string[] before)
    {
        while (!(await ReadersAsync(platform.Database)).Except(before).Any()) await Task.Yield();
        return platform;
    }

    private static async Task<string[]> ReadersAsync(TestDatabase database) => (await database.ScalarAsync<string[]>(
        "select coalesce(array_agg(slot_name::text), '{}') from pg_replication_slots where database = current_database() and active and slot_name like '%reader%'"))!;

    /// <summary>Drops a database's slots of such names as soon as nobody uses them.</summary>
    public static async Task DropSlotsAsync(TestDatabase database, string names)
    {
        while (true)
        {
            try
            {
                await database.ExecuteAsync("select pg_drop_replication_slot(slot_name) from pg_replication_slots where database = current_database() and slot_name like $1", names);
                return;
            }
            catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.ObjectInUse or PostgresErrorCodes.UndefinedObject)
            {
                await Task.Yield();
            }
        }
    }

    public static Task MakeNotesAsync(TestDatabase database) => MakeNotesAsync(sql => database.ExecuteAsync(sql));

    public static Task MakeNotesAsync(Func<string, Task> execute) => execute(
        """
        create table public.note_members (room int, member uuid, primary key (room, member));
        alter table public.note_members enable row level security, force row level security;
        grant select on public.note_members to authenticated;
        create policy own on public.note_members for select to authenticated using (member = (select auth.uid()));

        create table public.notes (
          id int primary key, owner uuid, room int, body text, secret text default 'nobody reads this', tags text[], at timestamptz, amount numeric, data jsonb, done boolean);
        alter table public.notes enable row level security, force row level security;
        revoke all on public.notes from anon, authenticated;
        grant select (id, owner, room, body, tags, at, amount, data, done), insert, update, delete on public.notes to authenticated;
        create policy seen on public.notes for select to authenticated
          using (owner = (select auth.uid()) or room in (select m.room from public.note_members m where m.member = (select auth.uid())));
        """);
}

/// <summary>Tests that share one platform; each has rooms and topics of its own.</summary>
public abstract class RealtimeTests(RealtimeWorld world)
{
    private static int _lastNote, _lastRoom;

    protected TestPlatform Platform => world.Platform;
    protected TestDatabase Database => world.Platform.Database;

    protected static int NewNote() => Interlocked.Increment(ref _lastNote);
    protected static int NewRoom() => Interlocked.Increment(ref _lastRoom);
    protected static string NewTopic() => $"realtime:{Guid.NewGuid():N}";

    protected static object Notes(string change = "*", string? filter = null) => new { @event = change, schema = "public", table = "notes", filter };

    protected Task<int> InsertAsync(int id, Guid owner, int room = 0, string body = "…") =>
        Database.ExecuteAsync("insert into public.notes (id, owner, room, body) values ($1, $2, $3, $4)", id, owner, room, body);

    /// <summary>The ids of the next changes, in the order in which they come.</summary>
    protected static async Task<List<int>> IdsAsync(PhoenixClient client, int count)
    {
        var ids = new List<int>();
        while (ids.Count < count)
        {
            var change = await client.ChangeAsync();
            ids.Add((int)(change["record"] ?? change["old_record"])!["id"]!);
        }
        return ids;
    }
}
