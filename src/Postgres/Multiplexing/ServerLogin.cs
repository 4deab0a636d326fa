using System.Buffers.Binary;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using Npgsql;

namespace Hedgerow.Postgres.Multiplexing;

/// <summary>Opens a connection up to the first ReadyForQuery (PostgreSQL documentation, 54.2.1 Start-up).</summary>
internal sealed class ServerLogin
{
    private const int MostBytes = 64 * 1024;
    private const int SslRequest = 80877103;

    private readonly NpgsqlConnectionStringBuilder _to;

    private ServerLogin(NpgsqlConnectionStringBuilder to) => _to = to;

    /// <summary>
    /// Null where the connection string asks for what only the driver offers: several hosts, certificates of one's own, Kerberos,
    /// channel binding, startup options, a password that SASLprep would change.
    /// </summary>
    public static ServerLogin? For(NpgsqlConnectionStringBuilder to)
    {
        var plain = to.Host is { Length: > 0 } host && !host.Contains(',', StringComparison.Ordinal)
            && string.IsNullOrEmpty(to.SslCertificate) && string.IsNullOrEmpty(to.RootCertificate) && string.IsNullOrEmpty(to.Options)
            && to.SslMode is SslMode.Disable or SslMode.Prefer or SslMode.Require or SslMode.VerifyFull
            && to.ChannelBinding != ChannelBinding.Require
            && to.TargetSessionAttributes is null or "any"
            && Ascii.IsValid(to.Password ?? "");
        return plain ? new(to) : null;
    }

    /// <exception cref="NpgsqlException">It cannot be reached, or refuses the login in a way that the driver will explain.</exception>
    public async Task<Stream> OpenAsync(CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(TimeSpan.FromSeconds(_to.Timeout > 0 ? _to.Timeout : 15));
        Stream? stream = null;
        try
        {
            stream = await ConnectAsync(limit.Token);
            stream = await SecureAsync(stream, limit.Token);
            await StartAsync(stream, limit.Token);
            return stream;
        }
        catch (Exception e)
        {
            if (stream is not null) await stream.DisposeAsync();
            if (e is NpgsqlException || cancellation.IsCancellationRequested) throw;
            throw new NpgsqlException("The server cannot be reached.", e);
        }
    }

    private async Task<Stream> ConnectAsync(CancellationToken cancellation)
    {
        var local = _to.Host!.StartsWith('/');
        var socket = local
            ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
            : new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            EndPoint place = local ? new UnixDomainSocketEndPoint($"{_to.Host}/.s.PGSQL.{_to.Port}") : new DnsEndPoint(_to.Host, _to.Port);
            await socket.ConnectAsync(place, cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private async Task<Stream> SecureAsync(Stream stream, CancellationToken cancellation)
    {
        if (_to.SslMode == SslMode.Disable || _to.Host!.StartsWith('/')) return stream;
        var request = new byte[8];
        BinaryPrimitives.WriteInt32BigEndian(request, request.Length);
        BinaryPrimitives.WriteInt32BigEndian(request.AsSpan(4), SslRequest);
        await stream.WriteAsync(request, cancellation);
        // One byte exactly: what followed it in clear could come from a man in the middle (CVE-2021-23222).
        var answer = new byte[1];
        await stream.ReadExactlyAsync(answer, cancellation);
        if (answer[0] != (byte)'S') return _to.SslMode == SslMode.Prefer ? stream : throw new NpgsqlException("The server offers no TLS.");
        var secure = new SslStream(stream);
        await secure.AuthenticateAsClientAsync(new()
        {
            TargetHost = _to.Host,
            // As the driver and libpq: only verify-full asks whose certificate it is.
            RemoteCertificateValidationCallback = _to.SslMode == SslMode.VerifyFull ? null : (_, _, _, _) => true,
        }, cancellation);
        return secure;
    }

    private async Task StartAsync(Stream stream, CancellationToken cancellation)
    {
        var to = new FrontendBuffer();
        to.Startup([
            new("user", _to.Username!), new("database", _to.Database ?? _to.Username!), new("application_name", _to.ApplicationName ?? ""), new("client_encoding", "UTF8"),
        ]);
        var scram = new ScramClient();
        while (true)
        {
            if (to.Length > 0) await stream.WriteAsync(to.Written, cancellation);
            to.Clear();
            var (type, body) = await ReadAsync(stream, cancellation);
            switch (type)
            {
                case 'R':
                    Authenticate(body, scram, to);
                    break;
                case 'E':
                    throw new NpgsqlException("The server refused the login.");
                case 'Z':
                    return;
                default: // BackendKeyData, ParameterStatus, notices
                    break;
            }
        }
    }

    private void Authenticate(byte[] body, ScramClient scram, FrontendBuffer to)
    {
        var text = Encoding.UTF8.GetString(body.AsSpan(4));
        switch (BinaryPrimitives.ReadInt32BigEndian(body))
        {
            case 0 when !scram.IsUnfinished: // at once where the server trusts the login (trust, peer)
                return;
            case 10 when text.Split('\0').Contains(ScramClient.Mechanism):
                to.Sasl(ScramClient.Mechanism, scram.Begin());
                return;
            case 11:
                to.Sasl(scram.Final(text, _to.Password ?? ""));
                return;
            case 12 when scram.Accepts(text):
                return;
            default:
                throw new NpgsqlException("The server asks for a way of authentication that is left to the driver.");
        }
    }

    private static async Task<(char Type, byte[] Body)> ReadAsync(Stream stream, CancellationToken cancellation)
    {
        var head = new byte[5];
        await stream.ReadExactlyAsync(head, cancellation);
        var length = BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(1)) - sizeof(int);
        if (length is < 0 or > MostBytes) throw new NpgsqlException("The server does not speak PostgreSQL's protocol.");
        var body = new byte[length];
        await stream.ReadExactlyAsync(body, cancellation);
        return ((char)head[0], body);
    }
}
