using Hedgerow.Cli.Seed;
using Hedgerow.Cli.Seed.Tables;

namespace Hedgerow.Tests.Integration.Cli;

/// <summary>The large world as a plan: counted and checked without a database.</summary>
public sealed class SeedWorldTests
{
    private static readonly World s_large = new(WorldPlan.Large, new DateTime(2026, 6, 15, 0, 0, 0, DateTimeKind.Utc));

    private static Dictionary<string, int> RowsOfLarge { get; } = Seeder.Loads(new Sources(s_large,
        [.. Enum.GetNames<Tier>().Select((name, place) => new PlanRow(Guid.NewGuid(), name, place, place))], "hash", ["secret"])).ToDictionary(load => load.Table, load => load.Rows);

    [Theory]
    [InlineData("auth.users", 20_000)]
    [InlineData("public.workspaces", 5_000)]
    [InlineData("public.projects", 100_000)]
    [InlineData("public.messages", 1_000_000)]
    public void The_large_world_has_the_promised_size(string table, int rows) => Assert.Equal(rows, RowsOfLarge[table]);

    [Theory]
    [InlineData("public.workspace_members", 25_000)]
    [InlineData("public.conversations", 100_000)]
    [InlineData("public.files", 300_000)]
    [InlineData("public.file_versions", 300_000)]
    [InlineData("public.usage_records", 200_000)]
    [InlineData("public.analytics_events", 200_000)]
    public void What_hangs_below_is_in_proportion(string table, int atLeast) => Assert.True(RowsOfLarge[table] >= atLeast, $"{table}: {RowsOfLarge[table]}");

    [Fact]
    public void Few_workspaces_are_big_and_many_are_small()
    {
        var sizes = Enumerable.Range(0, 5_000).Select(s_large.Projects.CountOf).ToArray();
        Assert.Equal(sizes.Max(), sizes[0]);
        Assert.True(sizes[0] > 1_000, $"the largest: {sizes[0]}");
        Assert.InRange(sizes.Order().ElementAt(2_500), 1, 20);
    }

    [Fact]
    public void Nobody_is_twice_in_a_workspace()
    {
        for (var workspace = 0; workspace < 5_000; workspace++)
        {
            var users = Enumerable.Range(s_large.Members.FirstOf(workspace), s_large.Members.CountOf(workspace)).Select(s_large.MemberUser).ToArray();
            Assert.Equal(users.Length, users.Distinct().Count());
            Assert.DoesNotContain(s_large.Stranger, users);
        }
    }

    [Fact]
    public void Names_that_must_be_unique_are()
    {
        Assert.Equal(20_000, Enumerable.Range(0, 20_000).Select(Prose.Email).Distinct().Count());
        Assert.Equal(5_000, Enumerable.Range(0, 5_000).Select(Prose.Company).Distinct().Count());
        Assert.Equal(100_000, Enumerable.Range(0, 100_000).Select(project => (s_large.Projects.ParentOf(project), Workspaces.SlugOf(s_large, project))).Distinct().Count());
    }

    [Fact]
    public void Most_conversations_are_recent()
    {
        var half = s_large.Now.AddDays(-360);
        var recent = Enumerable.Range(0, 125_000).Count(conversation => s_large.TalkOf(conversation).Created > half);
        Assert.True(recent > 125_000 * 2 / 3, $"{recent} of 125,000 in the later half");
    }

    [Fact]
    public void An_id_shows_its_number()
    {
        Assert.Equal("5eed0005-0000-4000-8000-000000000042", SeedId.Of(Seeded.Project, 42).ToString());
        Assert.Equal("5eed0007-0000-4000-8000-000001000000", SeedId.Of(Seeded.Message, 1_000_000).ToString());
    }

    [Theory]
    [InlineData(10, 3, 0)]
    [InlineData(1_000, 7, 2)]
    [InlineData(5, 40, 0)]
    public void A_spread_gives_every_child_to_the_parent_that_counts_it(int total, int parents, int least)
    {
        var spread = Spread.Share(total, parents, skew: 0.8, least);
        Assert.Equal(total, spread.Total);
        for (var child = 0; child < total; child++)
        {
            var parent = spread.ParentOf(child);
            Assert.InRange(child - spread.FirstOf(parent), 0, spread.CountOf(parent) - 1);
        }

        Assert.All(Enumerable.Range(0, parents), parent => Assert.True(spread.CountOf(parent) >= least));
    }
}
