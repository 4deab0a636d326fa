namespace Hedgerow.Gateway.Configuration;

/// <summary>The database. Section <c>Db</c>.</summary>
public sealed record DbOptions
{
    /// <summary>
    /// Where it is: <c>postgresql://login:password@host:port/database</c> or Npgsql's keyword form. Unless <see cref="ServeAsLogin"/> is
    /// set, only host, port and database are taken from it: each room connects as its own login.
    /// </summary>
    public string Url { get; init; } = "";

    /// <summary>The login in <see cref="Url"/> serves REST and nothing else is asked of the database (<c>--no-migrate</c>).</summary>
    public bool ServeAsLogin { get; init; }

    /// <summary>What the rooms' logins' passwords are derived from. Needed unless <see cref="ServeAsLogin"/> is set.</summary>
    public string LoginSecret { get; init; } = "";

    /// <summary>Connections that REST holds at most. 0: four per core; more would only queue inside PostgreSQL.</summary>
    public int PoolSize { get; init; }

    /// <summary>
    /// Whether REST prepares its statements (PostgREST's <c>db-prepared-statements</c>). False behind a pooler in transaction mode that does not keep
    /// track of them (PgBouncer before 1.21): each statement is parsed anew then, and no connection is shared.
    /// </summary>
    public bool PreparedStatements { get; init; } = true;

    /// <summary>
    /// Connections that REST's quick reads share, many in flight on each, and as many again for those with long answers. -1: one for two cores. 0: none, each read has one of the pool. One for each core answers a tenth more
    /// requests where all cores are busy. But on a machine that PostgreSQL is on too set <c>kernel.sched_autogroup_enabled=0</c> with it, unless both run in containers: the kernel shares
    /// time by session, each backend is one of its own and the gateway a single one, so that the slowest hundredth of the requests would wait several times as long.
    /// </summary>
    public int SharedReadConnections { get; init; } = -1;

    /// <summary>Connections that REST's quick writes share. -1: one for two cores where they commit in groups, else eight per core, 32 at most, with two in flight on each. 0: none.</summary>
    public int SharedWriteConnections { get; init; } = -1;

    /// <summary>
    /// Quick writes that are in flight together wait for the disk together, which costs each of them a third less. None is answered before it is as safe as <c>synchronous_commit</c> asks;
    /// but others may see its rows a moment before that (PostgreSQL documentation, 28.4 Asynchronous Commit). False: each waits for its own, and is seen only then.
    /// </summary>
    public bool GroupCommits { get; init; } = true;

    /// <summary>Seconds that a request waits for one of them, and that connecting may take; then REST answers 504 (PostgREST's <c>db-pool-acquisition-timeout</c>).</summary>
    public int PoolTimeout { get; init; } = 10;

    /// <summary>Connections that Auth holds at most.</summary>
    public int AuthPoolSize { get; init; } = 8;

    /// <summary>Connections that Storage holds at most. 0: four per core.</summary>
    public int StoragePoolSize { get; init; }
}
