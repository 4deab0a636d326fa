using System.Globalization;

namespace Hedgerow.Tests.Integration.Support;

/// <summary>One migrated database with all applications for the tests of a class, and who talks to it. People are made as the tests need them.</summary>
public sealed class ApplicationFixture : IAsyncLifetime
{
    public TestDatabase Database { get; private set; } = null!;

    /// <summary>Nobody signed in.</summary>
    internal Person Anyone { get; private set; } = null!;

    /// <summary>A server with the service key.</summary>
    internal Person Service { get; private set; } = null!;

    /// <summary>The database's superuser: arranges what no request could, and sees what is really there.</summary>
    internal Person Operator { get; private set; } = null!;

    /// <summary>The account server's login, under which accounts come and go.</summary>
    internal Person AuthRoom { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Database = await TestDatabase.CreateAsync();
        (Anyone, Service, Operator, AuthRoom) =
            (new Person(Database, "anon"), new Person(Database, "service_role"), new Person(Database, "postgres"), new Person(Database, "hedgerow_auth"));
        await Operator.ExecuteAsync("insert into hedgerow.encryption_keys (public_key) values ($1)", TestKey.Public);
    }

    public async Task DisposeAsync() => await Database.DisposeAsync();

    /// <summary>A new account, which has its profile in every application.</summary>
    internal async Task<Person> SignUpAsync()
    {
        var id = Guid.NewGuid();
        await AuthRoom.ExecuteAsync("insert into auth.users (id, email) values ($1, $2)", id, $"{id:N}@example.com");
        return new Person(Database, "authenticated", id);
    }

    /// <summary>The same work by fifty at once; how many of them were refused with this SQLSTATE. Any other failure fails the test.</summary>
    internal static async Task<int> FiftyAsync(string refusedWith, Func<int, Task> work)
    {
        var refused = await Task.WhenAll(Enumerable.Range(0, 50).Select(async n =>
        {
            try
            {
                await work(n);
                return 0;
            }
            catch (Npgsql.PostgresException refusal) when (refusal.SqlState == refusedWith)
            {
                return 1;
            }
        }));
        return refused.Sum();
    }

    /// <summary>
    /// <paramref name="second"/> comes while the statement of <paramref name="first"/> is done and not committed; once it waits for that, or has not had to,
    /// the first commits. Returns what came of the second.
    /// </summary>
    internal async Task<T> WhileAsync<T>(Person first, string sql, object?[] arguments, Func<Task<T>> second)
    {
        await using var held = await first.BeginAsync();
        await held.ExecuteAsync(sql, arguments);
        var coming = second();
        while (!coming.IsCompleted && !await Operator.ScalarAsync<bool>(
            "select exists (select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock')"))
        {
        }
        await held.CommitAsync();
        return await coming;
    }

    /// <summary>A moment in UTC, such as <c>2026-03-01 12:00</c>.</summary>
    internal static DateTime Moment(string text) =>
        DateTime.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal);
}
