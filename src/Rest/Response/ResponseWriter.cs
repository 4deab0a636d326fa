using System.Collections.Immutable;
using Microsoft.AspNetCore.Http;

namespace Hedgerow.Rest.Response;

/// <summary>Writes one answer: head, then body, which is copied as it comes.</summary>
internal sealed class ResponseWriter(RestOptions options)
{
    /// <summary>Above this many bytes a body is sent piece by piece; below, head and body leave together.</summary>
    private const int Piece = 64 * 1024;

    public ServerTiming Timing = new();

    /// <summary>Embeds that a filter reached by a deprecated name: (name, alias).</summary>
    public ImmutableArray<(string Name, string Alias)> LegacyNames { get; set; } = [];

    public async Task WriteAsync(HttpContext context, ResponseHead head, ReadOnlyMemory<byte> body, CancellationToken cancellation)
    {
        Begin(context, head);
        if (head.Refusal is { } refusal)
        {
            // As any answer to HEAD it does not say how long it would have been.
            if (!HttpMethods.IsHead(context.Request.Method)) await ErrorResponse.WriteBodyAsync(context, refusal, options);
            return;
        }
        if (!head.HasBody && !head.IsEmpty) return;
        context.Response.ContentLength = body.Length;
        if (!body.IsEmpty) await context.Response.BodyWriter.WriteAsync(body, cancellation);
    }

    /// <summary>The body is written where the server sends it from.</summary>
    public async Task WriteAsync(HttpContext context, ResponseHead head, JsonRows body, CancellationToken cancellation)
    {
        if (!head.HasBody || head.Refusal is not null)
        {
            await WriteAsync(context, head, ReadOnlyMemory<byte>.Empty, cancellation);
            return;
        }
        Begin(context, head);
        context.Response.ContentLength = body.Length;
        await context.Response.StartAsync(cancellation);
        body.WriteTo(context.Response.BodyWriter);
        await context.Response.BodyWriter.FlushAsync(cancellation);
    }

    /// <summary>Copies a body of known length without ever holding more of it than a piece.</summary>
    public async Task CopyAsync(HttpContext context, ResponseHead head, Stream body, CancellationToken cancellation)
    {
        Begin(context, head);
        var remaining = body.Length;
        context.Response.ContentLength = remaining;
        var writer = context.Response.BodyWriter;
        var unflushed = 0;
        while (remaining > 0)
        {
            var memory = writer.GetMemory((int)Math.Min(remaining, Piece));
            if (memory.Length > remaining) memory = memory[..(int)remaining];
            var read = await body.ReadAsync(memory, cancellation);
            if (read == 0) throw new EndOfStreamException("The server sent less than it announced.");
            writer.Advance(read);
            remaining -= read;
            unflushed += read;
            if (unflushed < Piece) continue;
            await writer.FlushAsync(cancellation);
            unflushed = 0;
        }
        // The server sends what is left by itself only where nothing was sent before.
        if (unflushed > 0 && context.Response.HasStarted) await writer.FlushAsync(cancellation);
    }

    private void Begin(HttpContext context, ResponseHead head)
    {
        var response = context.Response;
        response.StatusCode = head.Status;
        var varies = false;
        foreach (var (name, value) in head.Headers)
        {
            varies |= name.Equals("Vary", StringComparison.OrdinalIgnoreCase);
            response.Headers.Append(name, HeaderText.Of(value));
        }
        if (!varies) response.Headers.Append("Vary", "Accept, Prefer, Range");
        if (options.ServerTiming) response.Headers["Server-Timing"] = Timing.Header();
        if (options.UseLegacyTargetNames && !LegacyNames.IsEmpty) response.Headers.Warning = Warning();
    }

    /// <summary><see cref="LegacyNames"/> in words, as a header or a line of a log can hold them.</summary>
    public string Renames => HeaderText.Of(string.Join(", ", LegacyNames.Select(n => $"`{n.Name}` to `{n.Alias}`")));

    private string Warning() =>
        "299 PostgRESTv16 \"Embedded resource was referenced by relation name even though it has an alias. This is deprecated and "
            + $"will stop working in a future release. Update {Renames} in query string filters, orders or limits.\"";
}
