using System.Net;
using Hedgerow.Auth.External.Http;

namespace Hedgerow.Tests.Unit.Auth;

public sealed class AddressGuardTests
{
    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("127.8.8.8")]
    [InlineData("0.0.0.0")]
    [InlineData("10.1.2.3")]
    [InlineData("100.64.0.1")]
    [InlineData("169.254.169.254")] // where clouds keep credentials
    [InlineData("172.16.0.1")]
    [InlineData("172.31.255.255")]
    [InlineData("192.168.1.1")]
    [InlineData("198.18.0.1")]
    [InlineData("224.0.0.1")]
    [InlineData("255.255.255.255")]
    [InlineData("::")]
    [InlineData("::1")]
    [InlineData("::ffff:10.0.0.1")]
    [InlineData("::ffff:127.0.0.1")]
    [InlineData("::10.0.0.1")]
    [InlineData("64:ff9b::10.0.0.1")]
    [InlineData("2002:0a00:0001::1")]
    [InlineData("fc00::1")]
    [InlineData("fd12:3456::1")]
    [InlineData("fe80::1")]
    [InlineData("ff02::1")]
    public void Nothing_leads_inside(string address) => Assert.False(new AddressGuard(allowLoopback: false).Allows(IPAddress.Parse(address)));

    [Theory]
    [InlineData("8.8.8.8")]
    [InlineData("172.32.0.1")]
    [InlineData("100.128.0.1")]
    [InlineData("2606:4700:4700::1111")]
    [InlineData("::ffff:8.8.8.8")]
    [InlineData("64:ff9b::8.8.8.8")]
    public void Public_servers_are_reached(string address) => Assert.True(new AddressGuard(allowLoopback: false).Allows(IPAddress.Parse(address)));

    [Theory]
    [InlineData("127.0.0.1", true)]
    [InlineData("::1", true)]
    [InlineData("10.0.0.1", false)]
    [InlineData("169.254.169.254", false)]
    public void In_development_the_own_machine_is_reached_and_no_other(string address, bool isAllowed) =>
        Assert.Equal(isAllowed, new AddressGuard(allowLoopback: true).Allows(IPAddress.Parse(address)));

    [Theory]
    [InlineData("https://id.example.com", null)]
    [InlineData("http://id.example.com", "must be https (http only at loopback addresses, with Auth:CustomProviders:AllowLoopback)")]
    [InlineData("http://127.0.0.1:9000", null)]
    [InlineData("ftp://127.0.0.1", "must be https")]
    [InlineData("https://user:secret@id.example.com", "must have neither a user nor a fragment")]
    [InlineData("https://id.example.com/#x", "must have neither a user nor a fragment")]
    [InlineData("relative", "must be an absolute URL")]
    [InlineData("", "must be an absolute URL")]
    [InlineData(null, "must be an absolute URL")]
    public void Addresses_of_providers_are_https(string? url, string? flaw) => Assert.Equal(flaw, ProviderUrl.Flaw(url, uri => uri.IsLoopback));
}
