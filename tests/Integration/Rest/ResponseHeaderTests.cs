using Hedgerow.Tests.Integration.Support;

namespace Hedgerow.Tests.Integration.Rest;

/// <summary>Headers that say where an answer belongs and how long it is.</summary>
public sealed class ResponseHeaderTests(ResponseHeaderTests.Database database) : IClassFixture<ResponseHeaderTests.Database>
{
    private readonly HttpClient _http = database.Platform.Http;

    public sealed class Database : IAsyncLifetime
    {
        public PlainPlatform Platform { get; private set; } = null!;

        public async Task InitializeAsync() => Platform = await PlainPlatform.StartAsync("""
            create schema api; grant usage on schema api to {anon};
            create table api."odd;name" (id text primary key); grant all on api."odd;name" to {anon};
            """, ("Rest:Schemas", "api"));

        public async Task DisposeAsync() => await Platform.DisposeAsync();
    }

    [Fact]
    public async Task A_table_is_called_by_its_name_and_values_are_encoded()
    {
        var written = await _http.SendAsync("POST", "/odd%3Bname", new { id = "a;b c" }, ("Prefer", "return=headers-only"));
        var read = await _http.SendAsync("GET", "/odd%3Bname?id=eq.1");

        Assert.Equal((201, "/odd;name?id=eq.a%3Bb%20c"), (written.Status, written.Header("Location")));
        Assert.Equal((200, "/odd;name?id=eq.1"), (read.Status, read.Header("Content-Location")));
    }

    [Theory]
    [InlineData("GET", true)]
    [InlineData("HEAD", false)]
    public async Task Only_a_body_that_is_sent_has_a_length(string method, bool hasLength)
    {
        var answer = await _http.SendAsync(method, "/odd%3Bname?offset=100", null, ("Prefer", "count=exact"));

        Assert.Equal((416, hasLength), (answer.Status, answer.Header("Content-Length") is not null));
    }
}
