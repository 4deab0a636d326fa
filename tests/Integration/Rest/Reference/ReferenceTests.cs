using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Hedgerow.Cli;
using Hedgerow.Tests.Integration.Support;

namespace Hedgerow.Tests.Integration.Rest.Reference;

/// <summary>The examples of PostgREST's reference pages (<c>cases.txt</c>), held against a database like theirs (<c>reference.sql</c>).</summary>
public sealed partial class ReferenceTests(ReferenceTests.Database database) : IClassFixture<ReferenceTests.Database>
{
    private const string RequestHeaders = "Prefer|Accept|Accept-Profile|Content-Type|Range|User-Agent|Origin";
    private const string ResponseHeaders = "Content-Type|Content-Range|Location|Preference-Applied|Cache-Control|Vary|X-Powered-By|Warning|Allow|Access-Control-Allow-Methods";

    private static readonly string s_folder = Path.Combine(Checkout.Root, "tests", "Integration", "Rest", "Reference");

    public sealed class Database : IAsyncLifetime
    {
        public PlainPlatform Platform { get; private set; } = null!;

        public async Task InitializeAsync() => Platform = await PlainPlatform.StartAsync(
            await File.ReadAllTextAsync(Path.Combine(s_folder, "reference.sql")),
            // What one example writes the next shall not see.
            ("Rest:Schemas", "api"), ("Rest:AggregatesEnabled", "true"), ("Rest:TxEnd", "rollback-allow-override"));

        public async Task DisposeAsync() => await Platform.DisposeAsync();
    }

    public static TheoryData<string> Examples() =>
        [.. File.ReadLines(Path.Combine(s_folder, "cases.txt")).Where(line => !line.StartsWith('#'))];

    [Theory]
    [MemberData(nameof(Examples))]
    public async Task An_example_is_answered_as_the_page_says(string example)
    {
        var (request, wanted) = example.Split(" => ") is [var left, var right] ? (Request().Match(left), Response().Match(right)) : throw new FormatException(example);
        using var message = Message(request);
        using var answer = await database.Platform.Http.SendAsync(message);
        var body = await answer.Content.ReadAsStringAsync();

        Assert.True(wanted.Groups["status"].Value == $"{(int)answer.StatusCode}", $"{(int)answer.StatusCode} {body}");
        if (wanted.Groups["body"].Value is { Length: > 0 } expected) AssertBody(expected.Replace("{anon}", database.Platform.Roles.Anon, StringComparison.Ordinal), body);
        foreach (var header in wanted.Groups["headers"].Value.Split('|', StringSplitOptions.RemoveEmptyEntries))
        {
            var (name, value) = header.Split(": ", 2) is [var n, var v] ? (n, v) : throw new FormatException(header);
            var have = answer.Headers.NonValidated.Contains(name) ? answer.Headers.NonValidated[name].ToString() : answer.Content.Headers.NonValidated[name].ToString();
            Assert.Equal(value, have);
        }
    }

    [Fact]
    public async Task A_header_that_SQL_sets_for_the_session_reaches_nobody_else()
    {
        var http = database.Platform.Http;
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal(299, (await http.SendAsync("POST", "/rpc/careless", new { }, ("Prefer", "tx=commit"))).Status);
            var next = await http.SendAsync("GET", "/projects");
            Assert.Equal((200, null), (next.Status, next.Header("Set-Cookie")));
        }
    }

    private static HttpRequestMessage Message(Match request)
    {
        var message = new HttpRequestMessage(new HttpMethod(request.Groups["method"].Value), request.Groups["target"].Value);
        if (request.Groups["body"].Value is { Length: > 0 } body)
        {
            message.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body.Replace("\\n", "\n", StringComparison.Ordinal)));
            message.Content.Headers.TryAddWithoutValidation("Content-Type", "application/json");
        }
        foreach (var header in request.Groups["headers"].Value.Split('|', StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = header.Split(": ", 2);
            if (parts[0] == "Content-Type") message.Content!.Headers.Remove(parts[0]);
            if (!message.Headers.TryAddWithoutValidation(parts[0], parts[1])) message.Content!.Headers.TryAddWithoutValidation(parts[0], parts[1]);
        }
        return message;
    }

    private static void AssertBody(string expected, string body)
    {
        if (expected.StartsWith('`'))
        {
            Assert.Equal(expected[1..].Replace("\\n", "\n", StringComparison.Ordinal), body);
            return;
        }
        using var wanted = JsonDocument.Parse(expected);
        using var have = JsonDocument.Parse(body);
        Assert.True(JsonElement.DeepEquals(wanted.RootElement, have.RootElement), body);
    }

    [GeneratedRegex($"^(?<method>[A-Z]+) (?<target>\\S+)(?: (?<body>(?!(?:{RequestHeaders}): ).+?))?(?: (?<headers>(?:{RequestHeaders}): .*))?$")]
    private static partial Regex Request();

    [GeneratedRegex($"^(?<status>[0-9]+)(?: (?<body>(?!(?:{ResponseHeaders}): ).+?))?(?: (?<headers>(?:{ResponseHeaders}): .*))?$")]
    private static partial Regex Response();
}
