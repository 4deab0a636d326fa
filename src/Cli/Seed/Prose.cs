using System.Globalization;
using System.Text;

namespace Hedgerow.Cli.Seed;

/// <summary>Names and texts of seeded rows, made from <see cref="Words"/>: the same index gives the same text.</summary>
public static class Prose
{
    public static string FullName(int user)
    {
        var (first, last) = NameOf(user);
        return $"{Words.FirstNames[first]} {Words.LastNames[last]}";
    }

    /// <summary>Unique: the name, and a number once all names are taken.</summary>
    public static string Email(int user) => $"{Handle(user)}@{Words.MailDomains[Dice.For(Seeded.User, user, salt: 1).Below(Words.MailDomains.Length)]}";

    /// <summary>The part of the address before the at sign, also the name on code hosts.</summary>
    public static string Handle(int user)
    {
        var (first, last) = NameOf(user);
        var round = user / (Words.FirstNames.Length * Words.LastNames.Length);
        var name = $"{Words.FirstNames[first]}.{Words.LastNames[last]}".ToLowerInvariant();
        return round == 0 ? name : $"{name}{(round + 1).ToString(CultureInfo.InvariantCulture)}";
    }

    public static string Company(int workspace)
    {
        var pairs = Words.CompanyFirst.Length * Words.CompanySecond.Length;
        var mixed = (int)(workspace % pairs * 617L % pairs);
        var name = $"{Words.CompanyFirst[mixed % Words.CompanyFirst.Length]} {Words.CompanySecond[mixed / Words.CompanyFirst.Length]}";
        return $"{name} {Words.CompanyKinds[(workspace / pairs + workspace) % Words.CompanyKinds.Length]}";
    }

    /// <summary>The <paramref name="place"/>th project of a workspace; no two of a workspace are called the same.</summary>
    public static string ProjectName(int workspace, int place)
    {
        var names = Words.ProjectFirst.Length * Words.ProjectSecond.Length;
        var mixed = (int)((Dice.For(Seeded.Workspace, workspace, salt: 1).Below(names) + place % names * 541L) % names);
        var name = $"{Words.ProjectFirst[mixed % Words.ProjectFirst.Length]}-{Words.ProjectSecond[mixed / Words.ProjectFirst.Length]}";
        return place < names ? name : $"{name}-v{(place / names + 1).ToString(CultureInfo.InvariantCulture)}";
    }

    /// <summary>A URL-safe form of a name.</summary>
    public static string Slug(string name) => name.ToLowerInvariant().Replace(' ', '-');

    /// <summary>A title such as "Checkout Api".</summary>
    public static string Title(string slug) => string.Join(' ', slug.Split('-').Select(word => char.ToUpperInvariant(word[0]) + word[1..]));

    public static string Bug(ref Dice dice) => $"{dice.Pick(Words.Things)} {dice.Pick(Words.Symptoms)}";

    /// <summary>A message of a conversation: people ask, the assistant answers.</summary>
    /// <param name="role">user, assistant or system.</param>
    /// <param name="opens">Whether it is the first thing a person says: that answers nothing yet.</param>
    public static string Message(string role, Stack stack, bool opens, ref Dice dice) => role switch
    {
        "system" => $"You help with a {stack.Language} project built on {stack.Framework}. Answer briefly and show code where it helps.",
        "user" => dice.Below(opens ? 4 : 6) switch
        {
            0 => $"Why is it that {Bug(ref dice)}? I looked at {stack.Main} and found nothing.",
            1 => $"Can you refactor {dice.Pick(Words.Things)} so that we can test it? It lives in {stack.Main}.",
            2 => $"Please write a test for {dice.Pick(Words.Things)}. We run them with `{stack.Run}`.",
            3 => $"How would you build {dice.Pick(Words.Things)} with {stack.Framework}?",
            4 => $"Thanks, that worked. Next: {Bug(ref dice)}.",
            _ => $"It still happens: {Bug(ref dice)}. What else could it be?",
        },
        _ => dice.Below(5) switch
        {
            0 => $"That happens because {dice.Pick(Words.Causes)}. I would {dice.Pick(Words.Remedies)}.",
            1 => $"Most likely {dice.Pick(Words.Causes)}. To be sure, log the request id on both sides and compare. Then {dice.Pick(Words.Remedies)}.",
            2 => $"Here is a start:\n\n```{stack.Language}\n{stack.Code}```\n\nRun `{stack.Run}` and tell me what you see.",
            3 => $"Two things: first, {dice.Pick(Words.Remedies)}. Second, {dice.Pick(Words.Remedies)}. The second one can wait.",
            _ => $"I changed {stack.Main}: {dice.Pick(Words.Remedies)}. The old behaviour stays behind a flag until {dice.Pick(Words.Things)} is done.",
        },
    };

    /// <summary>The text of a file at a version (zero-based); each version adds a line to the one before.</summary>
    public static string FileContent(World world, int file, int version)
    {
        var project = world.Files.ParentOf(file);
        var stack = Stack.Of(project);
        var workspace = world.Projects.ParentOf(project);
        var entry = world.EntryOf(file);
        var name = ProjectName(workspace, project - world.Projects.FirstOf(workspace));
        var text = new StringBuilder(entry.Path switch
        {
            "README.md" => $"# {Title(name)}\n\nA {stack.Framework} project by {Company(workspace)}.\n\n    {stack.Run}\n",
            ".gitignore" => "node_modules/\ndist/\nbin/\nobj/\ntarget/\n.env\n",
            var path when path == stack.Manifest => stack.ManifestLanguage == "json" ? $"{{ \"name\": \"{name}\", \"version\": \"0.1.0\" }}\n" : $"name: {name}\nversion: 0.1.0\n",
            _ => stack.Code,
        });
        var comment = entry.Language is "python" or "toml" or null ? "#" : entry.Language is "markdown" ? "*" : "//";
        for (var change = 1; change <= version; change++)
            text.Append(CultureInfo.InvariantCulture, $"{comment} {ChangeMessage(file, change)}: {Dice.For(Seeded.FileVersion, file, salt: 100 + change).Pick(Words.Remedies)}\n");
        return text.ToString();
    }

    public static string ChangeMessage(int file, int version) =>
        version == 0 ? "Begin" : Dice.For(Seeded.FileVersion, file, salt: 50 + version).Pick(Words.ChangeMessages);

    private static (int First, int Last) NameOf(int user)
    {
        var names = Words.FirstNames.Length * Words.LastNames.Length;
        var mixed = (int)(user % names * 1543L % names);
        return (mixed % Words.FirstNames.Length, mixed / Words.FirstNames.Length);
    }
}
