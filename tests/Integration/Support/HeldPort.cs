using System.Net;
using System.Net.Sockets;

namespace Hedgerow.Tests.Integration.Support;

/// <summary>
/// A port of 127.0.0.1 that nobody gets by chance while this is held, although nobody listens on it: connections are refused. A server that is told the port
/// may listen on it all the same (every one here sets SO_REUSEADDR), go, and come back.
/// </summary>
public sealed class HeldPort : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    public HeldPort() => _socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));

    public int Number => ((IPEndPoint)_socket.LocalEndPoint!).Port;

    public void Dispose() => _socket.Dispose();
}
