using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Hedgerow.Tests.Integration.Support;

/// <summary>A wire to the tests' PostgreSQL that can be cut and mended: what a client behind it sees is a server that went away and came back.</summary>
public sealed class TcpRelay : IAsyncDisposable
{
    private readonly int _target;
    private readonly HeldPort _port = new(); // also while it is cut
    private readonly ConcurrentBag<TcpClient> _sockets = [];
    private TcpListener _listener;
    private Task _accepting = Task.CompletedTask;

    /// <param name="target">The port on 127.0.0.1 that it leads to.</param>
    public TcpRelay(int target)
    {
        _target = target;
        _listener = new TcpListener(IPAddress.Loopback, Port);
        _listener.Start();
        _accepting = AcceptAsync(_listener);
    }

    public int Port => _port.Number;

    /// <summary>Breaks every connection and refuses new ones.</summary>
    public async Task CutAsync()
    {
        _listener.Stop();
        await _accepting;
        while (_sockets.TryTake(out var socket))
        {
            // With a reset rather than a farewell, as a machine that lost its power. One that is closed already has no socket.
            if (socket.Client is { } open) open.LingerState = new LingerOption(true, 0);
            socket.Dispose();
        }
    }

    /// <summary>Takes connections again, on the same port.</summary>
    public void Mend()
    {
        _listener = new TcpListener(IPAddress.Loopback, Port);
        _listener.Start();
        _accepting = AcceptAsync(_listener);
    }

    private async Task AcceptAsync(TcpListener listener)
    {
        while (true)
        {
            try
            {
                var client = await listener.AcceptTcpClientAsync();
                var server = new TcpClient();
                _sockets.Add(client);
                _sockets.Add(server);
                await server.ConnectAsync(IPAddress.Loopback, _target);
                _ = PumpAsync(client, server);
                _ = PumpAsync(server, client);
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private static async Task PumpAsync(TcpClient from, TcpClient to)
    {
        try
        {
            await from.GetStream().CopyToAsync(to.GetStream());
        }
        catch (Exception e) when (e is IOException or InvalidOperationException)
        {
            // One end is gone; the other follows.
        }
        to.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        await CutAsync();
        _port.Dispose();
    }
}
