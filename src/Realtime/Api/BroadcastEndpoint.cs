using System.Text.Json;
using Hedgerow.Postgres;
using Hedgerow.Realtime.Topics;
using Hedgerow.Realtime.Visibility;
using Microsoft.AspNetCore.Http;

namespace Hedgerow.Realtime.Api;

/// <summary>
/// <c>POST /realtime/v1/api/broadcast</c> with <c>{"messages": [{topic, event, payload, private}]}</c>, and
/// <c>POST /realtime/v1/api/broadcast/{topic}/events/{event}?private=true</c> with the payload as body. 202 where all was taken; what a private topic's
/// policies do not let the caller send is left out without a word, as in Supabase.
/// </summary>
public sealed class BroadcastEndpoint(TopicHub topics, TopicAccess access, RealtimeOptions options, RealtimeEngine engine)
{
    private const int MostMessages = 500;

    public async Task PostBatchAsync(HttpContext http)
    {
        if (await CallerAsync(http) is not { } caller || await BodyAsync(http) is not { } body) return;
        if (!Read(body, out var messages, out var error))
        {
            await RealtimeErrors.WriteAsync(http, error);
            return;
        }
        await SendAsync(http, caller, messages);
    }

    public async Task PostOneAsync(HttpContext http)
    {
        if (await CallerAsync(http) is not { } caller || await BodyAsync(http) is not { } body) return;
        var binary = http.Request.ContentType?.StartsWith("application/octet-stream", StringComparison.OrdinalIgnoreCase) ?? false;
        if (!binary && !IsJson(body))
        {
            await RealtimeErrors.WriteAsync(http, RealtimeErrors.Unprocessable("The body is not JSON"));
            return;
        }
        var topic = new TopicName((string)http.Request.RouteValues["topic"]!, http.Request.Query["private"] == "true");
        await SendAsync(http, caller, [new Broadcast(topic, (string)http.Request.RouteValues["name"]!, binary, body)]);
    }

    private async Task SendAsync(HttpContext http, Caller caller, IReadOnlyList<Broadcast> messages)
    {
        var rights = new Dictionary<TopicName, TopicRights>();
        foreach (var message in messages)
        {
            if (!rights.TryGetValue(message.Topic, out var may))
                rights[message.Topic] = may = await access.RightsAsync(caller, message.Topic, AccessCatalogue.Command.Insert, http.RequestAborted);
            if (may.Broadcast) topics.Publish(message);
        }
        http.Response.StatusCode = StatusCodes.Status202Accepted;
    }

    /// <summary>Whoever holds a good token; else null, and the answer is given.</summary>
    private async Task<Caller?> CallerAsync(HttpContext http)
    {
        var identity = http.Features.Get<Identity>() ?? throw new InvalidOperationException("The host sets the identity before any room.");
        var error = !engine.Available ? RealtimeErrors.Off
            : http.Request.Headers.Authorization.Count == 0 && http.Request.Headers["apikey"].Count == 0 ? RealtimeErrors.NoKey
            : identity.Caller.Error;
        if (error is null && identity.Caller.Ok(out var caller, out _)) return caller;
        await RealtimeErrors.WriteAsync(http, error!);
        return null;
    }

    private async Task<byte[]?> BodyAsync(HttpContext http)
    {
        using var buffer = new MemoryStream();
        var chunk = new byte[8192];
        int read;
        while ((read = await http.Request.Body.ReadAsync(chunk, http.RequestAborted)) > 0)
        {
            buffer.Write(chunk, 0, read);
            if (buffer.Length <= options.MaxFrameBytes) continue;
            await RealtimeErrors.WriteAsync(http, new ApiError(413, "payload_size_exceeded", $"The body is longer than {options.MaxFrameBytes} bytes"));
            return null;
        }
        return buffer.ToArray();
    }

    private static bool Read(byte[] body, out IReadOnlyList<Broadcast> messages, out ApiError error)
    {
        messages = [];
        error = RealtimeErrors.Unprocessable("The body must be {\"messages\": [{\"topic\", \"event\", \"payload\", \"private\"}]}");
        try
        {
            using var document = UnicodeJson.Parse(body);
            if (document.RootElement.ValueKind != JsonValueKind.Object || !document.RootElement.TryGetProperty("messages", out var list) || list.ValueKind != JsonValueKind.Array) return false;
            if (list.GetArrayLength() > MostMessages)
            {
                error = RealtimeErrors.Unprocessable($"Too many messages to broadcast; send at most {MostMessages} at once");
                return false;
            }
            var read = new List<Broadcast>();
            foreach (var message in list.EnumerateArray())
            {
                if (message.ValueKind != JsonValueKind.Object
                    || !message.TryGetProperty("topic", out var topic) || topic.ValueKind != JsonValueKind.String || topic.GetString()!.Length == 0
                    || !message.TryGetProperty("event", out var name) || name.ValueKind != JsonValueKind.String
                    || !message.TryGetProperty("payload", out var payload)) return false;
                var isPrivate = message.TryGetProperty("private", out var flag) && flag.ValueKind == JsonValueKind.True;
                read.Add(new Broadcast(new TopicName(topic.GetString()!, isPrivate), name.GetString()!, false, JsonSerializer.SerializeToUtf8Bytes(payload)));
            }
            messages = read;
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static bool IsJson(byte[] body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
