using System.Text.Json;
using Hedgerow.Postgres;
using Hedgerow.Realtime.Delivery;
using Hedgerow.Realtime.Wal;

namespace Hedgerow.Realtime.Phoenix;

/// <summary>The payload of <c>phx_join</c> (realtime-phx-join.schema.json). What is missing has Supabase's defaults.</summary>
/// <param name="Token">Null: the key of the connection.</param>
/// <param name="PresenceKey">Empty: one is made up.</param>
/// <param name="Replay">Null: no messages from before the join.</param>
/// <param name="Changes">Each with its JSON, which the reply repeats.</param>
/// <param name="Since">Hedgerow's own: <c>config.since</c>, or <c>since</c> in a binding: the cursor to resume from.</param>
/// <param name="WaitForChanges">A subscription that fails refuses the join, rather than being reported afterwards.</param>
public sealed record JoinPayload(
    string? Token, bool Private, bool SelfBroadcast, bool AckBroadcast, bool PresenceEnabled, string PresenceKey, ReplayRequest? Replay,
    IReadOnlyList<(BindingRequest Request, JsonElement Json)> Changes, Cursor? Since, bool WaitForChanges, bool ReplicationReady)
{
    public static Result<JoinPayload> Read(JsonElement payload)
    {
        if (payload.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null) return Of(default, default);
        if (payload.ValueKind != JsonValueKind.Object) return Flaw("the payload is not an object");
        var config = payload.TryGetProperty("config", out var found) ? found : default;
        if (config.ValueKind is not (JsonValueKind.Object or JsonValueKind.Undefined or JsonValueKind.Null)) return Flaw("config is not an object");
        return Of(payload, config);
    }

    private static Result<JoinPayload> Of(JsonElement payload, JsonElement config)
    {
        var broadcast = Member(config, "broadcast");
        var presence = Member(config, "presence");
        Cursor? since = null;
        foreach (var text in Bindings(config).Select(binding => Text(binding, "since")).Prepend(Text(config, "since")).OfType<string>())
        {
            if (!Cursor.TryParse(text, out var cursor)) return Flaw($"\"{text}\" is no cursor");
            since = since is { } earlier && earlier < cursor ? earlier : cursor;
        }
        var changes = new List<(BindingRequest, JsonElement)>();
        foreach (var binding in Bindings(config))
        {
            if (!Request(binding).Ok(out var request, out var error)) return error;
            changes.Add((request, binding));
        }
        ReplayRequest? replay = null;
        if (Member(broadcast, "replay") is { ValueKind: JsonValueKind.Object } wanted)
        {
            if (!wanted.TryGetProperty("since", out var from) || from.ValueKind != JsonValueKind.Number || !from.TryGetInt64(out var milliseconds)) replay = ReplayRequest.Invalid;
            else replay = new ReplayRequest(milliseconds, wanted.TryGetProperty("limit", out var limit) && limit.ValueKind == JsonValueKind.Number && limit.TryGetInt32(out var most) ? Math.Clamp(most, 1, 25) : 25);
        }
        var token = Text(payload, "access_token") ?? Text(payload, "user_token");
        return new JoinPayload(
            token, Flag(config, "private"), Flag(broadcast, "self"), Flag(broadcast, "ack"),
            presence.ValueKind != JsonValueKind.Object || Flag(presence, "enabled"), Text(presence, "key") ?? "", replay, changes, since,
            Flag(Member(config, "postgres_changes_options"), "wait"), Flag(broadcast, "replication_ready"));
    }

    private static Result<BindingRequest> Request(JsonElement binding)
    {
        if (binding.ValueKind != JsonValueKind.Object) return Flaw("postgres_changes holds something that is not an object");
        var (schema, table) = (Text(binding, "schema"), Text(binding, "table"));
        var events = Text(binding, "event")?.ToUpperInvariant() switch
        {
            "INSERT" => ChangeEvents.Insert,
            "UPDATE" => ChangeEvents.Update,
            "DELETE" => ChangeEvents.Delete,
            _ => ChangeEvents.All,
        };
        IReadOnlyList<string>? columns = null;
        if (Member(binding, "select") is { ValueKind: JsonValueKind.Array } select)
            columns = [.. select.EnumerateArray().Where(column => column.ValueKind == JsonValueKind.String).Select(column => column.GetString()!)];
        // An empty schema and table are reported with the subscription, as Supabase does.
        return new BindingRequest(
            events, schema ?? (table is null ? "" : "public"), string.IsNullOrEmpty(table) ? (schema is null ? "" : BindingRequest.Any) : table, Text(binding, "filter"), columns is { Count: > 0 } ? columns : null);
    }

    private static IEnumerable<JsonElement> Bindings(JsonElement config) => Member(config, "postgres_changes") is { ValueKind: JsonValueKind.Array } list
        ? list.EnumerateArray().Where(binding => binding.ValueKind != JsonValueKind.Null)
        : [];

    private static JsonElement Member(JsonElement element, string name) => element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var member) ? member : default;

    private static string? Text(JsonElement element, string name) => Member(element, name) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    /// <summary>Some clients write booleans as strings.</summary>
    private static bool Flag(JsonElement element, string name) => Member(element, name) is var flag
        && (flag.ValueKind == JsonValueKind.True || (flag.ValueKind == JsonValueKind.String && flag.GetString()!.Equals("true", StringComparison.OrdinalIgnoreCase)));

    private static ApiError Flaw(string problem) => new(400, "InvalidJoinPayload", $"The join payload cannot be read: {problem}");
}

/// <param name="Since">Milliseconds since 1970.</param>
public sealed record ReplayRequest(long Since, int Limit)
{
    public static ReplayRequest Invalid { get; } = new(-1, 0);
}
