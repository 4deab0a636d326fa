namespace Hedgerow.Rest.Schema;

/// <summary>Comma lists of schema names as the options write them.</summary>
internal static class SchemaList
{
    /// <summary>The names in order, without spaces around them; empty ones are left out.</summary>
    public static string[] Parse(string list) =>
        list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
}
