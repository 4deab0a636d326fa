using Hedgerow.Tests.Integration.Support;

namespace Hedgerow.Tests.Integration.Rest;

/// <summary>Statements are prepared, unless a pooler in between forgets them (PostgREST, Configuration, db-prepared-statements).</summary>
public sealed class PreparedStatementTests
{
    [Theory]
    [InlineData("true", true)]
    [InlineData("false", false)]
    public async Task A_setting_says_whether_statements_are_prepared(string setting, bool prepared)
    {
        await using var platform = await PlainPlatform.StartAsync("""
            create schema api; grant usage on schema api to {anon};
            create table api.things (id int); grant all on api.things to {anon};
            create function api.prepared() returns boolean language sql stable as 'select exists (select from pg_prepared_statements)';
            """, ("Rest:Schemas", "api"), ("Db:PreparedStatements", setting));

        for (var i = 0; i < 10; i++)
        {
            Assert.Equal(201, (await platform.Http.SendAsync("POST", "/things", new { id = i })).Status);
            Assert.Equal(1, (await platform.Http.SendAsync("GET", $"/things?id=eq.{i}")).Json.GetArrayLength());
            Assert.Equal(prepared, (await platform.Http.SendAsync("GET", "/rpc/prepared")).Json.GetBoolean());
        }
    }
}
