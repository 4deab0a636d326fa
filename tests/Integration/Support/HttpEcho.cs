using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Hedgerow.Tests.Integration.Support;

/// <summary>A request that the server got.</summary>
public sealed record HeardRequest(string Method, string Path, IReadOnlyDictionary<string, string> Headers, byte[] Body);

/// <summary>An HTTP server on a free port that remembers what it is asked and answers what a test says.</summary>
public sealed class HttpEcho : IAsyncDisposable
{
    private readonly WebApplication _server;
    private readonly ConcurrentQueue<HeardRequest> _heard = new();
    private readonly ConcurrentQueue<(int Status, string Body)> _answers = new();

    public HttpEcho()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        _server = builder.Build();
        _server.Run(AnswerAsync);
        _server.Start();
        Url = _server.Urls.First();
    }

    public string Url { get; }

    /// <summary>Everything so far, oldest first.</summary>
    public IReadOnlyList<HeardRequest> Heard => [.. _heard];

    /// <summary>What the next request gets; without any, 200 and <c>{}</c>.</summary>
    public void AnswerNext(int status, string body = "{}") => _answers.Enqueue((status, body));

    /// <summary>Returns once there were <paramref name="count"/> requests.</summary>
    public async Task<IReadOnlyList<HeardRequest>> HearAsync(int count)
    {
        while (_heard.Count < count) await Task.Yield();
        return Heard;
    }

    private async Task AnswerAsync(HttpContext http)
    {
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body);
        var headers = http.Request.Headers.ToDictionary(header => header.Key.ToLowerInvariant(), header => header.Value.ToString());
        var (status, answer) = _answers.TryDequeue(out var next) ? next : (200, "{}");
        // Before the answer: whoever has it may look at once.
        _heard.Enqueue(new HeardRequest(http.Request.Method, http.Request.Path, headers, body.ToArray()));
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/json";
        await http.Response.WriteAsync(answer);
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();
}
