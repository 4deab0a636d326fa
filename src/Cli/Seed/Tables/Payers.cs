namespace Hedgerow.Cli.Seed.Tables;

/// <summary>A plan, in the order of <see cref="Sources.Plans"/>.</summary>
public enum Tier { Free, Pro, Team, Enterprise }

/// <summary>A workspace owner's subscription, as all rows about money need it.</summary>
/// <param name="Status">As <c>subscriptions.status</c> spells it.</param>
/// <param name="Periods">Billing periods begun so far, the running one included.</param>
public readonly record struct Payer(int Workspace, Tier Tier, string Status, bool Yearly, DateTime Since, int Periods)
{
    /// <summary>Periods that a bill exists for; a trial has none.</summary>
    public int Invoices => Status == "trialing" ? 0 : Periods;

    public DateTime PeriodStart(int period) => Yearly ? Since.AddYears(period) : Since.AddMonths(period);
}

/// <summary>
/// Who pays for what (IC-09): the owner of a workspace pays for it, and its plan has room for its projects. Small workspaces are
/// mostly free.
/// </summary>
public static class Payers
{
    /// <summary>All who are customers, in the order of their workspaces.</summary>
    public static Payer[] All(World world) =>
        [.. Enumerable.Range(0, world.Plan.Workspaces).Where(workspace => IsCustomer(world, workspace)).Select(workspace => Of(world, workspace))];

    /// <summary>The plan that holds for a workspace now: a canceled subscription is as good as none.</summary>
    public static Tier TierOf(World world, int workspace) =>
        IsCustomer(world, workspace) && Of(world, workspace) is { Status: not "canceled" } payer ? payer.Tier : Tier.Free;

    // The first four pay whatever they hold, so that even a small world shows every state of a subscription.
    private static bool IsCustomer(World world, int workspace) =>
        workspace < 4 || Needed(world, workspace) > Tier.Free || Dice.For(Seeded.Customer, workspace).Chance(45);

    private static Tier Needed(World world, int workspace) => world.Projects.CountOf(workspace) switch
    {
        > 1_000 => Tier.Enterprise,
        > 100 => Tier.Team,
        > 10 => Tier.Pro,
        _ => Tier.Free,
    };

    private static Payer Of(World world, int workspace)
    {
        var dice = Dice.For(Seeded.Subscription, workspace);
        var needed = Needed(world, workspace);
        var status = needed > Tier.Free
            ? dice.Chance(95) ? "active" : "past_due"
            : workspace switch
            {
                0 => "active",
                1 => "past_due",
                2 => "trialing",
                3 => "canceled",
                _ => dice.Below(100) switch { < 60 => "active", < 75 => "trialing", < 85 => "past_due", _ => "canceled" },
            };
        var tier = needed > Tier.Free ? needed : workspace == 1 ? Tier.Team : Tier.Pro;
        var yearly = status != "trialing" && dice.Chance(25);
        var since = status == "trialing" ? world.Now.AddDays(-dice.Between(1, 13)) : world.WorkspaceCreated(workspace).AddHours(dice.Between(1, 200));
        var periods = 1;
        while ((yearly ? since.AddYears(periods) : since.AddMonths(periods)) <= world.Now)
            periods++;
        return new(workspace, tier, status, yearly, since, periods);
    }
}
