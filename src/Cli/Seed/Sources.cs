namespace Hedgerow.Cli.Seed;

/// <summary>What rows are made from: the world, and what only the database could say.</summary>
/// <param name="World">Who and what there is.</param>
/// <param name="Plans">The plans that the migrations brought, cheapest first: free, pro, team, enterprise.</param>
/// <param name="PasswordHash">The bcrypt hash of the one password that all seeded users share.</param>
/// <param name="Secrets">Encrypted values, ASCII-armoured, for columns that hold such.</param>
public sealed record Sources(World World, IReadOnlyList<PlanRow> Plans, string PasswordHash, IReadOnlyList<string> Secrets)
{
    /// <summary>The encrypted value at a place that <see cref="Secret"/> names; places beyond the last begin again.</summary>
    public string Encrypted(int place) => Secrets[place % Secrets.Count];
}

/// <summary>A row of <c>subscription_plans</c>.</summary>
/// <param name="Monthly">Cents a month.</param>
/// <param name="Yearly">Cents a year.</param>
public sealed record PlanRow(Guid Id, string Slug, int Monthly, int Yearly);
