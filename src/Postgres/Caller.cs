namespace Hedgerow.Postgres;

/// <summary>
/// Who asks: what a verified token (or its absence) comes down to inside the database.
/// </summary>
/// <param name="Role">The database role that the request runs as.</param>
/// <param name="Claims">The token's claims as JSON text, as <c>request.jwt.claims</c> receives them; for an anonymous request <c>{"role":"anon"}</c>.</param>
public sealed record Caller(string Role, string Claims);
