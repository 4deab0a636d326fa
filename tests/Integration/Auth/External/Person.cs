using System.Security.Cryptography;

namespace Hedgerow.Tests.Integration.Auth.External;

/// <summary>Someone with an account at a provider.</summary>
public sealed record Person(string Id, string Name, string Email, bool IsVerified = true, string? SecondEmail = null)
{
    public static Person New(string? email = null, bool isVerified = true) => new(
        RandomNumberGenerator.GetInt32(1, int.MaxValue).ToString(System.Globalization.CultureInfo.InvariantCulture), "Ada Lovelace", email ?? $"{Guid.NewGuid():N}@example.test", isVerified);
}
