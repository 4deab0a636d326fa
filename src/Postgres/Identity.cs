namespace Hedgerow.Postgres;

/// <summary>
/// What the host found out about a request's sender, once, before any room sees the request: a <see cref="Postgres.Caller"/>,
/// or why the token is refused. The host sets it as a request feature; each room answers a refusal in its own words.
/// </summary>
public sealed record Identity(Result<Caller> Caller);
