namespace Hedgerow.Cli;

/// <summary>The folder that holds <c>sql/</c> and <c>package.json</c>: the clone, or <c>/app</c> in the container.</summary>
public static class Checkout
{
    /// <summary>Its full path.</summary>
    public static string Root { get; } = Find();

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "package.json")) || Directory.Exists(Path.Combine(folder.FullName, "sql", "migrations")))
                return folder.FullName;
        throw new CommandFailure(
            $"No folder above {AppContext.BaseDirectory} holds Hedgerow's sql/ and package.json.", "Run hedgerow from a whole clone.");
    }
}
