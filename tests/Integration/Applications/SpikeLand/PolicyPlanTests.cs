using Hedgerow.Tests.Integration.Support;

namespace Hedgerow.Tests.Integration.Applications.SpikeLand;

/// <summary>What Spike Land's policies cost in a database of many: each is answered by an index, or once for the statement.</summary>
public sealed class PolicyPlanTests(ApplicationFixture fixture) : IClassFixture<ApplicationFixture>
{
    [Fact]
    public async Task C_03_No_table_of_the_schema_is_walked_through_to_find_what_a_person_may_see()
    {
        var (person, _) = await fixture.LanderAsync();
        var tables = (await fixture.SeenAsync<string[]>(
            "select array_agg(relname::text order by relname) from pg_class where relnamespace = 'spike_land'::regnamespace and relkind = 'r' and has_any_column_privilege('authenticated', oid, 'select')"))!;
        Assert.True(tables.Length > 50);
        await using var session = await fixture.Database.OpenAsUserAsync(person.Id);
        // The planner prefers to walk through a table of a page or two, and is right: with that made dear, it must find an index.
        await session.ExecuteAsync("set local enable_seqscan = off");
        var walked = new List<string>();
        foreach (var table in tables)
        {
            var plan = string.Join('\n', await session.ListAsync<string>($"explain select id from spike_land.{table}"));
            // Each index or bitmap scan must be told by the policy where to look; one without a condition walks through the whole index.
            if (plan.Contains("Seq Scan", StringComparison.Ordinal) || !plan.Contains("Index Cond", StringComparison.Ordinal)) walked.Add($"{table}\n{plan}");
        }

        Assert.Empty(walked);
    }
}
