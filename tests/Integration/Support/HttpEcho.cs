using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Hedgerow.Tests.Integration.Support;

/// <summary>A request that the server got.</summary>
public sealed record HeardRequest(string Method, string Path, IReadOnlyDictionary<string, string> Headers, byte[] Body);

/// <summary>An HTTP server on a free port that remembers what it is asked and answers what a test says.</summary>
public sealed class HttpEcho : IAsyncDisposable
{
    private readonly HttpListener _listener = new();
    private readonly ConcurrentQueue<HeardRequest> _heard = new();
    private readonly ConcurrentQueue<(int Status, string Body)> _answers = new();
    private readonly Task _serving;

    public HttpEcho()
    {
        using (var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp))
        {
            probe.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            Url = $"http://127.0.0.1:{((IPEndPoint)probe.LocalEndPoint!).Port}";
        }
        _listener.Prefixes.Add(Url + "/");
        _listener.Start();
        _serving = ServeAsync();
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

    private async Task ServeAsync()
    {
        while (_listener.IsListening)
        {
            HttpListenerContext context;
            try
            {
                context = await _listener.GetContextAsync();
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                return;
            }
            using var body = new MemoryStream();
            await context.Request.InputStream.CopyToAsync(body);
            var headers = context.Request.Headers.AllKeys.OfType<string>().ToDictionary(name => name.ToLowerInvariant(), name => context.Request.Headers[name]!);
            var (status, answer) = _answers.TryDequeue(out var next) ? next : (200, "{}");
            context.Response.StatusCode = status;
            context.Response.ContentType = "application/json";
            await context.Response.OutputStream.WriteAsync(System.Text.Encoding.UTF8.GetBytes(answer));
            context.Response.Close();
            _heard.Enqueue(new HeardRequest(context.Request.HttpMethod, context.Request.Url!.AbsolutePath, headers, body.ToArray()));
        }
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Close();
        await _serving;
    }
}
