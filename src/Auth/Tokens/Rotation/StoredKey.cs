namespace Hedgerow.Auth.Tokens.Rotation;

/// <summary>A row of <c>hedgerow.jwt_keys</c> that still verifies.</summary>
/// <param name="Id">The <c>kid</c>.</param>
/// <param name="MaySign">Its time has come, by the database's clock. Of several the one with the latest <paramref name="SignsAt"/> signs.</param>
/// <param name="VerifiesUntil">Null while no other key has replaced it.</param>
public sealed record StoredKey(Guid Id, string Algorithm, string SealedJwk, DateTime CreatedAt, DateTime SignsAt, DateTime? VerifiesUntil, bool MaySign);
