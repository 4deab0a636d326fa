using Hedgerow.Postgres;
using Npgsql;

namespace Hedgerow.Tests.Unit.Postgres;

public sealed class DatabaseUrlTests
{
    [Theory]
    [InlineData("postgresql://me:pw@db.example:6543/shop", "db.example", 6543, "me", "pw", "shop")]
    [InlineData("postgres://me@localhost", "localhost", 5432, "me", null, "me")]
    [InlineData("postgresql://a%40b:p%3Aw%2F%23@h/d%20b", "h", 5432, "a@b", "p:w/#", "d b")]
    [InlineData("postgresql://me:p@w@h/d", "h", 5432, "me", "p@w", "d")]
    [InlineData("postgresql://me@[::1]:5433/d", "::1", 5433, "me", null, "d")]
    [InlineData("postgresql://me@/d?host=/run/pg&port=5433", "/run/pg", 5433, "me", null, "d")]
    [InlineData("postgresql://me@%2Frun%2Fpg:5433/d", "/run/pg", 5433, "me", null, "d")]
    [InlineData("postgresql:///d?host=h&user=me&password=a%26b", "h", 5432, "me", "a&b", "d")]
    [InlineData("Host=h;Port=5433;Username=me;Password='a;b';Database=d", "h", 5433, "me", "a;b", "d")]
    public void A_URL_is_read(string url, string host, int port, string user, string? password, string database)
    {
        var read = DatabaseUrl.Parse(url);
        Assert.Equal((host, port, user, password, database), (read.Host, read.Port, read.Username, read.Password, read.Database));
    }

    [Theory]
    [InlineData("require", SslMode.Require)]
    [InlineData("verify-full", SslMode.VerifyFull)]
    [InlineData("disable", SslMode.Disable)]
    public void The_ssl_mode_is_libpqs(string mode, SslMode expected) =>
        Assert.Equal(expected, DatabaseUrl.Parse($"postgresql://me@h/d?sslmode={mode}").SslMode);

    [Fact]
    public void Several_hosts_are_kept_with_their_ports() =>
        Assert.Equal("a:1,b:2", DatabaseUrl.Parse("postgresql://me@a:1,b:2/d").Host);

    [Theory]
    [InlineData("postgresql://me:s3cret@h:port/d", "its port cannot be \"port\"")]
    [InlineData("postgresql://me:s3cret@h:70000/d", "its port cannot be \"70000\"")]
    [InlineData("postgresql://me:s3cret@h/d?sslmode=maybe", "its sslmode cannot be \"maybe\"")]
    [InlineData("postgresql://me:s3cret@h/d?colour=red", "unknown parameter \"colour\"")]
    [InlineData("mysql://me:s3cret@h/d", "does not begin with postgresql://")]
    [InlineData("postgresql://me:s3cret@/d", "names no host")]
    [InlineData("Host=h;s3cret", "neither a URL")]
    [InlineData("", "names no host")]
    public void What_cannot_be_read_is_named_without_the_password(string url, string why)
    {
        var error = Assert.Throws<SetupException>(() => DatabaseUrl.Parse(url));
        Assert.Contains(why, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("postgresql://me:p%40%2F@h:5433/d%20b")]
    [InlineData("postgresql://me@:5433/d?host=%2Frun%2Fpg")]
    [InlineData("postgresql://me@[::1]:5432/d?sslmode=verify-full")]
    public void What_is_written_is_read_as_the_same(string url) =>
        Assert.Equal(url, DatabaseUrl.Format(DatabaseUrl.Parse(url).ConnectionString));
}
