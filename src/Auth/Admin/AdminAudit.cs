using System.Buffers;
using System.Text.Json;
using Hedgerow.Auth.Data;
using Hedgerow.Auth.Http;
using Hedgerow.Postgres;

namespace Hedgerow.Auth.Admin;

/// <summary><c>GET /admin/audit</c>: the service role reads who did what, newest first. <c>?query=author:ada</c>, <c>action:login</c> or <c>type:token</c> narrows it.</summary>
public sealed class AdminAudit(AuthDatabase database)
{
    private const string Where = """
        where @value = '' or case @scope
          when 'author' then payload ->> 'actor_username' ilike @pattern or payload ->> 'actor_name' ilike @pattern
          when 'action' then payload ->> 'action' ilike @pattern
          when 'type' then payload ->> 'log_type' ilike @pattern
        end
        """;

    private const string Count = $"select count(*) from auth.audit_log_entries {Where}";
    private const string Page = $"""
        select id, payload::text as payload, created_at, ip_address from auth.audit_log_entries {Where}
        order by created_at desc, id limit @limit offset @offset
        """;

    public async Task<Result<Reply>> ListAsync(AuthRequest request, CancellationToken cancellation)
    {
        if (!Paging.Read(request).Ok(out var page, out var error)) return error;
        var query = request.Query("query").Replace("\0", "", StringComparison.Ordinal);
        var (scope, value) = query.Split(':', 2) is [var named, var text] ? (named, text) : (query, "");
        if (query.Length > 0 && (scope is not ("author" or "action" or "type") || !query.Contains(':', StringComparison.Ordinal)))
            return AuthErrors.Invalid($"Invalid query scope: {query}");
        var parameters = new { scope, value, pattern = LikePattern.Containing(value), limit = page.Size, offset = page.Offset };

        await using var transaction = await database.BeginAsync(cancellation);
        var total = await transaction.OneAsync<long>(Count, parameters);
        var entries = await transaction.ManyAsync<Entry>(Page, parameters);
        var buffer = new ArrayBufferWriter<byte>(4096);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartArray();
            foreach (var entry in entries) Write(json, entry);
            json.WriteEndArray();
        }
        return new Reply(200, buffer.WrittenMemory) { Headers = page.Headers("/admin/audit", total) };
    }

    private static void Write(Utf8JsonWriter json, Entry entry)
    {
        json.WriteStartObject();
        json.WriteString("id", entry.Id);
        json.WritePropertyName("payload");
        json.WriteRawValue(entry.Payload ?? "null", skipInputValidation: true);
        if (entry.CreatedAt is { } at) json.WriteString("created_at", at);
        json.WriteString("ip_address", entry.IpAddress);
        json.WriteEndObject();
    }

    private sealed record Entry
    {
        public Guid Id { get; init; }
        public string? Payload { get; init; }
        public DateTime? CreatedAt { get; init; }
        public string IpAddress { get; init; } = "";
    }
}
