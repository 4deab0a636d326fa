using System.Globalization;

namespace Hedgerow.Bench.Realtime;

/// <summary>Prints each figure beside its target, and keeps whether all hold.</summary>
internal sealed class Figures(TimeSpan duration, int kills)
{
    /// <summary>Of one measurement.</summary>
    public TimeSpan Duration { get; } = duration;

    /// <summary>Of each kind.</summary>
    public int Kills { get; } = kills;

    public bool Hold { get; private set; } = true;

    public void Tell(string name, double value) => Console.WriteLine(Line(name, value));

    public void AtMost(string name, double value, double target) => Judge(name, value, target, "≤", value <= target);

    public void AtLeast(string name, double value, double target) => Judge(name, value, target, "≥", value >= target);

    public void Exactly(string name, long value, long target) => Judge(name, value, target, "=", value == target);

    private void Judge(string name, double value, double target, string sign, bool holds)
    {
        Hold &= holds;
        Console.WriteLine($"{Line(name, value)} {sign} {target.ToString("#,0.##", CultureInfo.InvariantCulture)}{(holds ? "" : "  MISSED")}");
    }

    private static string Line(string name, double value) => string.Create(CultureInfo.InvariantCulture, $"{name,-62} {value,12:#,0.##}");
}
