using System.Globalization;

namespace Hedgerow.Cli.Seed;

/// <summary>
/// The secrets of a seeded world: so many of each kind, encrypted once and shared by rows. A world of 60,000 variables needs
/// no 60,000 encryptions, each of which takes a public-key operation.
/// </summary>
public static class Secret
{
    /// <summary>The kinds beside the variables of <see cref="Words.VariableKeys"/>, which come first.</summary>
    private const int ApiKeyKind = 8, TokenKind = 9, Kinds = 10;

    /// <summary>The values in clear: kind after kind, again and again.</summary>
    public static string[] Clear(int count) => [.. Enumerable.Range(0, count).Select(place =>
    {
        var dice = Dice.For(Seeded.EnvironmentVariable, place, salt: 9);
        var number = place / Kinds;
        return (place % Kinds) switch
        {
            0 => $"postgres://app:{dice.Hex(16)}@db{number.ToString(CultureInfo.InvariantCulture)}.internal.example:5432/app",
            1 => $"sk_test_{dice.Hex(24)}",
            2 => $"redis://:{dice.Hex(16)}@cache.internal.example:6379/0",
            3 => dice.Hex(20),
            4 => $"https://{dice.Hex(32)}@errors.example/{number}",
            5 => $"https://app{number}.example",
            6 => dice.Pick(["debug", "info", "warning"]),
            7 => dice.Hex(64),
            ApiKeyKind => $"sk-{dice.Hex(40)}",
            _ => $"gho_{dice.Hex(36)}",
        };
    })];

    /// <summary>The place of a variable's value among the secrets.</summary>
    /// <param name="key">Its place among <see cref="Words.VariableKeys"/>.</param>
    public static int Variable(int key, int number) => number * Kinds + key;

    public static int ApiKey(int number) => number * Kinds + ApiKeyKind;

    public static int Token(int number) => number * Kinds + TokenKind;
}
