using Hedgerow.Tests.Integration.Support;

namespace Hedgerow.Tests.Integration.Rest;

/// <summary><c>Rest:TxEnd</c> and <c>Prefer: tx</c>: what is kept, and what is said of it (PostgREST, Configuration, db-tx-end; Preferences, Transaction End).</summary>
public sealed class TransactionEndTests
{
    [Theory]
    [InlineData("commit", true, true, true)]
    [InlineData("commit-allow-override", true, true, false)]
    [InlineData("rollback", false, false, false)]
    [InlineData("rollback-allow-override", false, true, false)]
    public async Task A_setting_and_a_preference_decide_what_is_kept(string setting, bool silent, bool commit, bool rollback)
    {
        await using var platform = await PlainPlatform.StartAsync("""
            create schema api; grant usage on schema api to {anon};
            create table api.things (id int primary key, parent int references api.things deferrable initially deferred); grant all on api.things to {anon};
            create function api.make(id int) returns void language sql as 'insert into api.things values (id)';
            """, ("Rest:Schemas", "api"), ("Rest:TxEnd", setting));
        var applies = setting.EndsWith("override", StringComparison.Ordinal);

        foreach (var (id, preference, kept) in new[] { (1, null, silent), (2, "tx=commit", commit), (3, "tx=rollback", rollback) })
        {
            (string, string)[] prefer = preference is null ? [] : [("Prefer", preference)];
            var inserted = await platform.Http.SendAsync("POST", "/things", new { id }, prefer);
            var called = await platform.Http.SendAsync("POST", "/rpc/make", new { id = id + 10 }, prefer);

            Assert.Equal((201, 204), (inserted.Status, called.Status));
            Assert.Equal(applies ? preference : null, inserted.Header("Preference-Applied"));
            Assert.Equal(kept ? 2 : 0, (await platform.Http.SendAsync("GET", $"/things?id=in.({id},{id + 10})")).Json.GetArrayLength());
            // Also where nothing is kept, a constraint that is checked last is checked.
            var dangling = await platform.Http.SendAsync("POST", "/things", new { id = 99, parent = 98 }, prefer);
            Assert.Equal((409, "23503"), (dangling.Status, dangling["code"]));
        }
    }
}
