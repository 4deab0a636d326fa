using System.Net;
using System.Net.Sockets;

namespace Hedgerow.Auth.External.Http;

/// <summary>
/// Connects to public addresses only, so that an address that came over HTTP leads nowhere inside (server-side request forgery). The name is
/// resolved here and the connection goes to the address that was looked at: a name that resolves differently the second time gains nothing.
/// </summary>
/// <param name="allowLoopback">For development and tests.</param>
public sealed class AddressGuard(bool allowLoopback)
{
    // IANA's special-purpose registries, what no public server has.
    private static readonly IPNetwork[] s_inside =
    [
        .. new[]
        {
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24",
            "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3",
            "::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8",
        }.Select(network => IPNetwork.Parse(network)),
    ];

    private static readonly IPNetwork s_nat64 = IPNetwork.Parse("64:ff9b::/96");

    /// <summary>Whether a connection to <paramref name="address"/> may be made.</summary>
    public bool Allows(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        if (IPAddress.IsLoopback(address)) return allowLoopback;
        // An IPv4 address behind a translator is that address (RFC 6052).
        if (s_nat64.Contains(address)) return Allows(new IPAddress(address.GetAddressBytes().AsSpan(12)));
        return !s_inside.Any(network => network.Contains(address));
    }

    /// <exception cref="HttpRequestException">None of the name's addresses may be reached.</exception>
    public async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var addresses = await Dns.GetHostAddressesAsync(context.DnsEndPoint.Host, cancellation);
        var allowed = Array.FindAll(addresses, Allows);
        if (allowed.Length == 0) throw new HttpRequestException($"{context.DnsEndPoint.Host} is at no public address");
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(allowed, context.DnsEndPoint.Port, cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
