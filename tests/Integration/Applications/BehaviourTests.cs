using System.Text.RegularExpressions;
using Hedgerow.Cli;

namespace Hedgerow.Tests.Integration.Applications;

/// <summary>What the systems must do stands beside the seeds, each item with an id; each has tests that are named after it.</summary>
public sealed partial class BehaviourTests
{
    [BehavioursFact]
    public void Every_behaviour_has_a_test_that_is_named_after_it()
    {
        var tests = string.Join('\n', Directory.EnumerateFiles(Path.Combine(Checkout.Root, "tests"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            .SelectMany(File.ReadLines).Where(line => TestMethod().IsMatch(line)));
        var behaviours = Item().Matches(File.ReadAllText(BehavioursFactAttribute.Page)).Select(item => item.Groups[1].Value).ToList();
        Assert.NotEmpty(behaviours);
        Assert.DoesNotContain(behaviours, id => !Regex.IsMatch(tests, $"[ _]{id.Replace('-', '_')}_"));
    }

    [GeneratedRegex("^- ([A-Z]+-[0-9]+) ", RegexOptions.Multiline)]
    private static partial Regex Item();

    [GeneratedRegex(@"public (async Task|Task|void) \w+\(")]
    private static partial Regex TestMethod();
}

/// <summary>Skipped where the page of behaviours is not on the machine.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class BehavioursFactAttribute : FactAttribute
{
    public static string Page => Path.Combine(Checkout.Root, "..", "shared", "seeds", "behaviours.md");

    public BehavioursFactAttribute()
    {
        if (!File.Exists(Page)) Skip = "The page of behaviours is not here: it is looked for in ../shared/seeds beside the checkout.";
    }
}
