using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using NpgsqlTypes;

namespace Hedgerow.Gateway.Activity;

/// <summary>
/// Takes events from requests and writes them in batches, behind the requests' backs: none waits, and none fails because a log could not be written.
/// When the database is slower than the traffic, events are dropped and counted. A shutdown writes what is left.
/// </summary>
public sealed class ActivityRecorder(NpgsqlDataSource database, ILogger<ActivityRecorder> logger) : BackgroundService
{
    private const int Capacity = 10_000;
    private const int BatchSize = 1000;
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);

    private readonly Channel<ActivityEvent> _events = Channel.CreateBounded<ActivityEvent>(
        new BoundedChannelOptions(Capacity) { FullMode = BoundedChannelFullMode.Wait, SingleReader = true });

    private readonly Sink _sessions = new("select hedgerow.touch_sessions($1)");
    private readonly Sink _requests = new("select hedgerow.log_requests($1)");

    /// <summary>Notes <paramref name="activity"/> if there is room. Never waits.</summary>
    public void Note(ActivityEvent activity)
    {
        if (!_events.Writer.TryWrite(activity)) ActivityMetrics.Dropped.Add(1);
    }

    public override Task StopAsync(CancellationToken cancellationToken)
    {
        _events.Writer.TryComplete();
        return base.StopAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Not cancelled by the stop itself: the completed channel ends the loop once it is empty.
        while (await _events.Reader.WaitToReadAsync(CancellationToken.None))
        {
            await Task.Delay(s_pause, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            while (Take() is { Count: > 0 } batch) await WriteAsync(batch);
        }
    }

    private List<ActivityEvent> Take()
    {
        var batch = new List<ActivityEvent>();
        while (batch.Count < BatchSize && _events.Reader.TryRead(out var activity)) batch.Add(activity);
        return batch;
    }

    private async Task WriteAsync(List<ActivityEvent> batch)
    {
        var sessions = batch.OfType<ActivityEvent.SessionSeen>().Select(seen => seen.Session).Distinct().ToArray();
        if (sessions.Length > 0) await CallAsync(_sessions, sessions.Length, new NpgsqlParameter<Guid[]> { TypedValue = sessions });
        var requests = batch.OfType<ActivityEvent.RequestServed>().ToList();
        if (requests.Count > 0) await CallAsync(_requests, requests.Count, new NpgsqlParameter<byte[]> { TypedValue = ToJson(requests), NpgsqlDbType = NpgsqlDbType.Jsonb });
    }

    private async Task CallAsync(Sink sink, int count, NpgsqlParameter parameter)
    {
        if (sink.IsMissing) return;
        try
        {
            await using var command = database.CreateCommand(sink.Sql);
            command.Parameters.Add(parameter);
            await command.ExecuteNonQueryAsync();
        }
        catch (NpgsqlException e)
        {
            // The functions come with an application; without it there is nowhere to write, and that will not change under way.
            sink.IsMissing = e.SqlState is PostgresErrorCodes.UndefinedFunction or PostgresErrorCodes.InvalidSchemaName;
            ActivityMetrics.Dropped.Add(count);
            if (!sink.IsMissing) Log.ActivityLost(logger, e, count);
        }
    }

    private static byte[] ToJson(List<ActivityEvent.RequestServed> requests)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartArray();
            foreach (var request in requests)
            {
                json.WriteStartObject();
                if (UserOf(request.Claims) is { } user) json.WriteString("user_id", user);
                json.WriteString("endpoint", Storable(request.Path));
                json.WriteString("method", request.Method);
                json.WriteNumber("status_code", request.Status);
                json.WriteNumber("duration_ms", request.Milliseconds);
                if (request.Address is { } address) json.WriteString("ip_address", address.ToString());
                json.WriteString("user_agent", Storable(request.Agent));
                json.WriteString("created_at", request.At);
                json.WriteEndObject();
            }
            json.WriteEndArray();
        }
        return buffer.ToArray();
    }

    private static Guid? UserOf(string? claims)
    {
        if (claims is null) return null;
        using var document = JsonDocument.Parse(claims);
        return document.RootElement.TryGetProperty("sub", out var subject) && subject.ValueKind == JsonValueKind.String && subject.TryGetGuid(out var id) ? id : null;
    }

    /// <summary>jsonb cannot hold U+0000, and one bad event must not cost the batch.</summary>
    private static string Storable(string text) => text.Contains('\0', StringComparison.Ordinal) ? new StringBuilder(text).Replace("\0", "").ToString() : text;

    private sealed class Sink(string sql)
    {
        public string Sql { get; } = sql;
        public bool IsMissing { get; set; }
    }
}
