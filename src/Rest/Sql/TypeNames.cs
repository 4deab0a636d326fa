using System.Buffers;

namespace Hedgerow.Rest.Sql;

/// <summary>
/// A type that a client writes after <c>::</c>. It cannot be quoted (<c>"int"</c> is no type), so it may hold nothing that ends a
/// type: letters, digits, <c>_</c>, <c>$</c> and spaces.
/// </summary>
internal static class TypeNames
{
    private static readonly SearchValues<char> Punctuation = SearchValues.Create("_$ ");

    /// <exception cref="ArgumentException">The parser let a cast through that is no type name.</exception>
    public static string Checked(string cast)
    {
        foreach (var c in cast)
            if (!char.IsLetterOrDigit(c) && !Punctuation.Contains(c)) throw new ArgumentException("A cast is a type name.", nameof(cast));
        return cast;
    }
}
