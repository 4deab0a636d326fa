using System.Text.RegularExpressions;

namespace Hedgerow.Postgres.Migrations;

/// <summary>The migrations below <c>sql/migrations</c>, a folder an application.</summary>
public static partial class ScriptFolder
{
    /// <summary>The folder that comes before every application.</summary>
    public const string Platform = "platform";

    /// <summary>
    /// Every script below <paramref name="migrations"/> (<c>…/sql/migrations</c>), installed or not; platform first, then <paramref name="apps"/>
    /// in their order, then what is there beside them. Within a folder the number decides.
    /// </summary>
    /// <exception cref="SetupException">No such folder, an application without one, a name that is not <c>NNNN_what_it_does.sql</c>, a number given twice.</exception>
    public static IReadOnlyList<Script> Read(string migrations, IReadOnlyList<string> apps)
    {
        var there = Folders(migrations);
        foreach (var app in apps)
            if (!there.Contains(app, StringComparer.Ordinal) || app == Platform)
                throw new SetupException(
                    $"There is no application \"{app}\".",
                    $"Applications are the folders of {migrations}: {string.Join(", ", there.Where(name => name != Platform))}.");
        return [.. there.OrderBy(name => Rank(name, apps)).SelectMany(name => ReadApp(migrations, name))];
    }

    /// <summary>Every application that <paramref name="migrations"/> holds, by name.</summary>
    public static IReadOnlyList<string> Apps(string migrations) => [.. Folders(migrations).Where(name => name != Platform)];

    private static List<string> Folders(string migrations) => Directory.Exists(migrations)
        ? [.. Directory.GetDirectories(migrations).Select(folder => Path.GetFileName(folder)!).Order(StringComparer.Ordinal)]
        : throw new SetupException($"There is no folder {migrations}.", "It holds the migrations; it belongs to the checkout.");

    private static int Rank(string folder, IReadOnlyList<string> apps)
    {
        if (folder == Platform) return -1;
        for (var at = 0; at < apps.Count; at++)
            if (apps[at] == folder)
                return at;
        return apps.Count;
    }

    private static IEnumerable<Script> ReadApp(string migrations, string app)
    {
        var numbers = new Dictionary<string, string>();
        foreach (var path in Directory.GetFiles(Path.Combine(migrations, app)).Order(StringComparer.Ordinal))
        {
            var file = Path.GetFileName(path);
            if (!path.EndsWith(".sql", StringComparison.OrdinalIgnoreCase)) continue;
            if (ScriptName().Match(file) is not { Success: true } name)
                throw new SetupException(
                    $"migrations/{app}/{file} is not named NNNN_what_it_does.sql.", "Four digits, then lower-case words joined by underscores.");
            if (!numbers.TryAdd(name.Groups[1].Value, file))
                throw new SetupException(
                    $"migrations/{app}/{file} and {numbers[name.Groups[1].Value]} have the same number.", "Give the newer one the next free number.");
            yield return new Script($"{app}/{file}", File.ReadAllText(path));
        }
    }

    [GeneratedRegex("^([0-9]{4})_[a-z0-9]+(?:_[a-z0-9]+)*\\.sql$", RegexOptions.CultureInvariant)]
    private static partial Regex ScriptName();
}
