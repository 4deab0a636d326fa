using System.Net;

namespace Hedgerow.Gateway.Configuration;

/// <summary>Reads the list of proxies that are believed.</summary>
public static class TrustedProxies
{
    public static string[] Split(string list) => list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The network that <paramref name="text"/> names (a lone address is one of a single member), or null.</summary>
    public static IPNetwork? Parse(string text) =>
        IPNetwork.TryParse(text, out var network) ? network
        : IPAddress.TryParse(text, out var address) ? new IPNetwork(address, address.GetAddressBytes().Length * 8)
        : null;
}
