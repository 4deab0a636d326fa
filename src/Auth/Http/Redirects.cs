namespace Hedgerow.Auth.Http;

/// <summary>Redirects to applications, with something for them in the address.</summary>
public static class Redirects
{
    /// <summary>Further parameters in the query, which servers see: codes and errors.</summary>
    public static string WithQuery(string target, params IEnumerable<(string Name, string Value)> parameters)
    {
        var (address, fragment) = Split(target);
        return $"{address}{(address.Contains('?', StringComparison.Ordinal) ? '&' : '?')}{Encode(parameters)}{fragment}";
    }

    /// <summary>Parameters in place of the fragment, which no server sees: tokens.</summary>
    public static string WithFragment(string target, params IEnumerable<(string Name, string Value)> parameters) =>
        $"{Split(target).Address}#{Encode(parameters)}";

    public static Reply To(string location, int status) => new(status, default) { Headers = [new("Location", location)] };

    private static string Encode(IEnumerable<(string Name, string Value)> parameters) =>
        string.Join('&', parameters.Select(pair => $"{pair.Name}={Uri.EscapeDataString(pair.Value)}"));

    /// <summary>The address as a browser reads it, and its fragment with the <c>#</c>.</summary>
    private static (string Address, string Fragment) Split(string target)
    {
        var hash = target.IndexOf('#', StringComparison.Ordinal);
        return hash < 0 ? (new Uri(target).AbsoluteUri, "") : (new Uri(target[..hash]).AbsoluteUri, target[hash..]);
    }
}
