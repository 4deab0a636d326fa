using System.Xml;
using System.Xml.Linq;

namespace Hedgerow.Cli.Testing;

/// <summary>Reads the results file that <c>dotnet test --logger trx</c> writes.</summary>
internal static class TrxFile
{
    private static readonly XNamespace s_namespace = "http://microsoft.com/schemas/VisualStudio/TeamTest/2010";

    /// <param name="exitCode">What <c>dotnet test</c> ended with: not 0 without a failed test says that its host died.</param>
    /// <param name="lastWords">What it said at its end.</param>
    public static SuiteResult Read(string file, int exitCode, string lastWords)
    {
        if (!File.Exists(file)) return SuiteResult.Nothing with { Died = $"it wrote no results:\n{lastWords}" };
        try
        {
            var results = XDocument.Load(file).Descendants(s_namespace + "UnitTestResult").ToLookup(result => (string?)result.Attribute("outcome"));
            var failed = results["Failed"].Concat(results["Error"]).Concat(results["Timeout"]).Concat(results["Aborted"]).ToList();
            var skipped = results["NotExecuted"].Count();
            return new SuiteResult(
                results["Passed"].Count(), failed.Count, skipped, [.. failed.Select(Complaint)],
                exitCode != 0 && failed.Count == 0 ? $"it ended with exit code {exitCode}:\n{lastWords}" : null);
        }
        catch (XmlException e)
        {
            return SuiteResult.Nothing with { Died = $"its results cannot be read ({e.Message}):\n{lastWords}" };
        }
    }

    private static string Complaint(XElement result)
    {
        var error = result.Descendants(s_namespace + "ErrorInfo").FirstOrDefault();
        return $"{(string?)result.Attribute("testName")}\n{(string?)error?.Element(s_namespace + "Message")}\n{(string?)error?.Element(s_namespace + "StackTrace")}";
    }
}
