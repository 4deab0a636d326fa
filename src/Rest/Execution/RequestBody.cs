using System.Buffers;
using System.IO.Pipelines;
using Hedgerow.Postgres;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Hedgerow.Rest.Execution;

/// <summary>Reads a request's body to its end, up to <see cref="RestOptions.MaxBodyBytes"/>.</summary>
internal static class RequestBody
{
    /// <summary>The bytes, or 413 where there are more than allowed.</summary>
    public static async ValueTask<Result<ReadOnlyMemory<byte>>> ReadAsync(HttpContext context, long most, CancellationToken cancellation)
    {
        var request = context.Request;
        if (context.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: false }) return ReadOnlyMemory<byte>.Empty;
        if (request.ContentLength > most) return TooLarge(most);
        while (true)
        {
            ReadResult result = await request.BodyReader.ReadAsync(cancellation);
            if (result.Buffer.Length > most) return TooLarge(most);
            if (result.IsCompleted)
            {
                ReadOnlyMemory<byte> bytes = result.Buffer.ToArray();
                request.BodyReader.AdvanceTo(result.Buffer.End);
                return bytes;
            }
            request.BodyReader.AdvanceTo(result.Buffer.Start, result.Buffer.End);
        }
    }

    private static ApiError TooLarge(long most) =>
        new(413, "PGRST102", "The request's body is too large", $"At most {most} bytes are accepted", "Send the rows in several requests");
}
