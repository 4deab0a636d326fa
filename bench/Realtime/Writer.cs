using System.Diagnostics;
using Npgsql;
using NpgsqlTypes;

namespace Hedgerow.Bench.Realtime;

/// <summary>Commits rows at a steady pace, each with the moment at which it was sent.</summary>
internal static class Writer
{
    /// <returns>How many rows.</returns>
    public static async Task<long> RunAsync(RealtimePlatform platform, int perSecond, TimeSpan duration, CancellationToken cancellation)
    {
        await using var connection = await platform.Admin.OpenConnectionAsync(cancellation);
        await using var insert = new NpgsqlCommand("insert into bench.items (tenth, sent, note) values ($1, $2, 'a note of some length')", connection);
        var tenth = new NpgsqlParameter<int> { NpgsqlDbType = NpgsqlDbType.Integer };
        var sent = new NpgsqlParameter<long> { NpgsqlDbType = NpgsqlDbType.Bigint };
        insert.Parameters.Add(tenth);
        insert.Parameters.Add(sent);
        await insert.PrepareAsync(cancellation);
        var clock = Stopwatch.StartNew();
        // A whole number of tens: each tenth has the same share.
        var all = (long)(perSecond * duration.TotalSeconds) / 10 * 10;
        for (var i = 0L; i < all; i++)
        {
            var due = TimeSpan.FromSeconds((double)i / perSecond);
            if (due > clock.Elapsed) await Task.Delay(due - clock.Elapsed, cancellation);
            (tenth.TypedValue, sent.TypedValue) = ((int)(i % 10), RealtimeWorker.Now);
            await insert.ExecuteNonQueryAsync(cancellation);
        }
        return all;
    }
}
