using System.Text;

namespace Hedgerow.Rest.Plan;

/// <summary>
/// Names close to a misspelt one: cosine similarity of their letter groups of three, then two, refined by edit distance.
/// The measure and its thresholds are those of PostgREST's hints (the fuzzyset algorithm), so that both suggest the same.
/// </summary>
internal sealed class FuzzyNames(IEnumerable<string> names)
{
    private const int MostCandidates = 50;
    private readonly List<string> _names = [.. names.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    /// <summary>The most similar name whose similarity (0 to 1) is at least <paramref name="least"/>; null where there is none.</summary>
    public string? Closest(string value, double least = 0.33)
    {
        var exact = _names.Find(n => string.Equals(n, value, StringComparison.OrdinalIgnoreCase));
        if (exact is not null) return exact;
        for (var size = 3; size >= 2; size--)
        {
            if (Closest(value, size, least) is { } found) return found;
        }
        return null;
    }

    private string? Closest(string value, int size, double least)
    {
        var wanted = Grams(value, size);
        var length = Norm(wanted);
        var candidates = _names
            .Select(name => (Name: name, Score: Cosine(wanted, length, Grams(name, size))))
            .Where(c => c.Score > 0)
            .OrderByDescending(c => c.Score)
            .Take(MostCandidates)
            .Select(c => (c.Name, Score: EditSimilarity(Normal(value), Normal(c.Name))))
            .Where(c => c.Score >= least)
            .OrderByDescending(c => c.Score)
            .Select(c => c.Name);
        return candidates.FirstOrDefault();
    }

    private static string Normal(string text) => text.ToLowerInvariant();

    private static Dictionary<string, int> Grams(string text, int size)
    {
        var word = new StringBuilder("-");
        foreach (var c in Normal(text))
            if (char.IsLetterOrDigit(c) || c is ' ' or ',' or '_') word.Append(c);
        word.Append('-');
        while (word.Length < size) word.Append('-');
        var grams = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i + size <= word.Length; i++)
        {
            var gram = word.ToString(i, size);
            grams[gram] = grams.GetValueOrDefault(gram) + 1;
        }
        return grams;
    }

    private static double Norm(Dictionary<string, int> grams) => Math.Sqrt(grams.Values.Sum(v => (double)v * v));

    private static double Cosine(Dictionary<string, int> wanted, double length, Dictionary<string, int> grams)
    {
        var dot = 0;
        foreach (var (gram, count) in wanted) dot += count * grams.GetValueOrDefault(gram);
        return dot == 0 ? 0 : dot / (length * Norm(grams));
    }

    /// <summary>1 − Levenshtein distance ÷ the longer length.</summary>
    private static double EditSimilarity(string a, string b)
    {
        var longest = Math.Max(a.Length, b.Length);
        if (longest == 0) return 1;
        var previous = new int[b.Length + 1];
        var current = new int[b.Length + 1];
        for (var j = 0; j <= b.Length; j++) previous[j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            current[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var substitution = previous[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                current[j] = Math.Min(substitution, Math.Min(previous[j], current[j - 1]) + 1);
            }
            (previous, current) = (current, previous);
        }
        return 1 - (double)previous[b.Length] / longest;
    }
}
