namespace Hedgerow.Cli.Seed;

/// <summary>
/// How many children each parent has: projects of workspaces, messages of conversations. Children are numbered parent
/// after parent, so a child's parent and its place under it follow from its number.
/// </summary>
public sealed class Spread
{
    private readonly int[] _starts;

    private Spread(int[] starts) => _starts = starts;

    /// <summary>All children of all parents.</summary>
    public int Total => _starts[^1];

    public int CountOf(int parent) => _starts[parent + 1] - _starts[parent];

    /// <summary>The number of the parent's first child.</summary>
    public int FirstOf(int parent) => _starts[parent];

    public int ParentOf(int child)
    {
        var found = Array.BinarySearch(_starts, child);
        if (found < 0)
            return ~found - 1;
        // Parents without children share their start with the next one: the last of the equal starts owns the child.
        while (_starts[found + 1] == child)
            found++;
        return found;
    }

    /// <summary>
    /// Shares <paramref name="total"/> children by a power law: the parent of rank r gets a share of r^-<paramref name="skew"/>
    /// above <paramref name="least"/>, and the sum is exact.
    /// </summary>
    /// <param name="shuffled">Ranks are strewn over the parents; otherwise parent 0 is the largest.</param>
    public static Spread Share(int total, int parents, double skew, int least = 0, bool shuffled = true)
    {
        var weights = new double[parents];
        var sum = 0.0;
        for (var rank = 0; rank < parents; rank++)
            sum += weights[rank] = Math.Pow(rank + 1, -skew);

        var spare = total - (long)least * parents;
        ArgumentOutOfRangeException.ThrowIfNegative(spare, nameof(total));
        var stride = shuffled ? CoprimeStride(parents) : 1;
        var counts = new int[parents];
        var (reached, given) = (0.0, 0L);
        for (var rank = 0; rank < parents; rank++)
        {
            reached += weights[rank];
            var upTo = rank == parents - 1 ? spare : (long)(reached / sum * spare);
            counts[(int)((long)rank * stride % parents)] = least + (int)(upTo - given);
            given = upTo;
        }

        return Of(parents, parent => counts[parent]);
    }

    /// <summary>Each parent's count by a rule.</summary>
    public static Spread Of(int parents, Func<int, int> count)
    {
        var starts = new int[parents + 1];
        for (var parent = 0; parent < parents; parent++)
            starts[parent + 1] = starts[parent] + count(parent);
        return new Spread(starts);
    }

    /// <summary>A step that visits each of <paramref name="count"/> places once, near the golden ratio so that neighbours part.</summary>
    public static int CoprimeStride(int count)
    {
        var stride = Math.Max(1, (int)(count * 0.618));
        while (Gcd(stride, count) != 1)
            stride++;
        return stride;
    }

    private static int Gcd(int a, int b) => b == 0 ? a : Gcd(b, a % b);
}
