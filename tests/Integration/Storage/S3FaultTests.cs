using System.Net;
using System.Net.Sockets;
using System.Text;
using Hedgerow.Storage.Backends;
using Hedgerow.Tests.Integration.Support;

namespace Hedgerow.Tests.Integration.Storage;

/// <summary>S3 servers that fail: what the caller hears of it, and how soon.</summary>
public sealed class S3FaultTests
{
    [Fact]
    public async Task A_server_that_is_down_is_unavailable()
    {
        using var port = new HeldPort();
        await EveryCallFailsAsync(port.Number, BackendFault.Unavailable);
    }

    [Fact]
    public async Task A_server_that_never_answers_is_slow()
    {
        await using var server = new Server(null);
        await EveryCallFailsAsync(server.Port, BackendFault.Slow);
    }

    [Theory]
    [InlineData("507 Insufficient Storage", "XMinioStorageFull", BackendFault.Full)]
    [InlineData("403 Forbidden", "QuotaExceeded", BackendFault.Full)]
    [InlineData("403 Forbidden", "SignatureDoesNotMatch", BackendFault.Refused)]
    [InlineData("500 Internal Server Error", "InternalError", BackendFault.Unavailable)]
    [InlineData("404 Not Found", "NoSuchBucket", BackendFault.Unavailable)]
    public async Task A_server_that_says_no_is_understood(string status, string code, BackendFault fault)
    {
        await using var server = new Server($"HTTP/1.1 {status}\r\nContent-Type: application/xml\r\nConnection: close\r\n\r\n<Error><Code>{code}</Code><Message>no</Message></Error>");
        await EveryCallFailsAsync(server.Port, fault);
    }

    [Fact]
    public async Task A_server_that_breaks_off_in_the_middle_is_unavailable()
    {
        await using var server = new Server("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\nETag: \"0123456789abcdef0123456789abcdef\"\r\n\r\nonly this");
        await using var store = Open(server.Port);
        await using var content = await store.OpenAsync(VersionKey.New(), null, CancellationToken.None);
        var failure = await Assert.ThrowsAsync<BackendException>(() => content!.CopyToAsync(System.IO.Pipelines.PipeWriter.Create(new MemoryStream()), CancellationToken.None));
        Assert.Equal(BackendFault.Unavailable, failure.Fault);
    }

    private static async Task EveryCallFailsAsync(int port, BackendFault fault)
    {
        // Only the one that stands still should cost the patience.
        await using var store = Open(port, fault == BackendFault.Slow ? 1 : 30);
        var version = VersionKey.New();
        foreach (var call in new Func<Task>[]
        {
            () => store.PutAsync(version, new MemoryStream(new byte[100]), 100, CancellationToken.None),
            () => store.PutAsync(version, new MemoryStream(new byte[100]), null, CancellationToken.None),
            () => store.OpenAsync(version, null, CancellationToken.None),
            () => store.DeleteAsync([version], CancellationToken.None),
        })
        {
            var failure = await Assert.ThrowsAsync<BackendException>(call);
            Assert.Equal(fault, failure.Fault);
            Assert.DoesNotContain("secret", failure.Message, StringComparison.Ordinal);
        }
    }

    private static IObjectBackend Open(int port, int patience = 30)
    {
        Assert.True(StorageUrl.TryParse($"s3://access:secret@127.0.0.1:{port}/bucket", out var url, out _));
        return url.Open(TimeSpan.FromSeconds(patience));
    }

    /// <summary>Answers every connection with the same text, or never.</summary>
    private sealed class Server : IAsyncDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly CancellationTokenSource _ending = new();
        private readonly List<Socket> _open = [];
        private readonly Task _work;

        public Server(string? answer)
        {
            _listener.Start();
            _work = RunAsync(answer);
        }

        public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

        public async ValueTask DisposeAsync()
        {
            await _ending.CancelAsync();
            _listener.Stop();
            await _work;
            foreach (var socket in _open) socket.Dispose();
            _ending.Dispose();
        }

        private async Task RunAsync(string? answer)
        {
            try
            {
                while (true)
                {
                    var socket = await _listener.AcceptSocketAsync(_ending.Token);
                    _open.Add(socket);
                    if (answer is null) continue;
                    var buffer = new byte[64 * 1024];
                    await socket.ReceiveAsync(buffer, _ending.Token);
                    await socket.SendAsync(Encoding.ASCII.GetBytes(answer), _ending.Token);
                    socket.Shutdown(SocketShutdown.Send);
                }
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                // The test is over.
            }
        }
    }
}
