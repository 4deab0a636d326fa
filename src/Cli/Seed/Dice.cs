namespace Hedgerow.Cli.Seed;

/// <summary>
/// Chance that can be asked again: the throws depend only on what they are for (a kind and an index), so any row can be
/// computed alone and the world is the same on every machine. SplitMix64 (Steele, Lea, Flood 2014): a few instructions a
/// throw and nothing allocated, where a seeded <see cref="Random"/> per row costs microseconds.
/// </summary>
public struct Dice
{
    private ulong _state;

    private Dice(ulong state) => _state = state;

    /// <summary>The dice of one row. <paramref name="salt"/> separates several uses of the same row.</summary>
    public static Dice For(Seeded kind, int index, int salt = 0)
    {
        var dice = new Dice(((ulong)kind << 48) ^ ((ulong)salt << 36) ^ (uint)index);
        dice.Next();
        return dice;
    }

    /// <summary>A whole number from 0 up to, not including, <paramref name="below"/>.</summary>
    public int Below(int below) => (int)(((UInt128)Next() * (uint)below) >> 64);

    /// <summary>A whole number from <paramref name="low"/> to <paramref name="high"/>, both included.</summary>
    public int Between(int low, int high) => low + Below(high - low + 1);

    /// <summary>A number from 0 up to, not including, 1.</summary>
    public double Unit() => (Next() >> 11) * (1.0 / (1UL << 53));

    /// <summary>True in <paramref name="percent"/> of a hundred throws.</summary>
    public bool Chance(int percent) => Below(100) < percent;

    public T Pick<T>(T[] from) => from[Below(from.Length)];

    /// <summary>Lower-case hexadecimal digits, as of a commit or a token.</summary>
    public string Hex(int length)
    {
        Span<char> digits = stackalloc char[length];
        for (var i = 0; i < length; i++)
            digits[i] = "0123456789abcdef"[Below(16)];
        return new string(digits);
    }

    /// <summary>A moment between two others.</summary>
    /// <param name="power">Below 1 it is mostly late, above 1 mostly early, at 1 any time is as good. Most of what is in a database is recent.</param>
    public DateTime Moment(DateTime from, DateTime to, double power = 0.5)
    {
        var ticks = from.Ticks + (long)((to.Ticks - from.Ticks) * Math.Pow(Unit(), power));
        return new DateTime(ticks / TimeSpan.TicksPerMillisecond * TimeSpan.TicksPerMillisecond, DateTimeKind.Utc);
    }

    private ulong Next()
    {
        var z = _state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
