namespace Hedgerow.Postgres;

/// <summary>How long it took to find out who asks: a request feature beside <see cref="Identity"/>, set where REST tells its timings.</summary>
public sealed record IdentityCost(TimeSpan Elapsed);
