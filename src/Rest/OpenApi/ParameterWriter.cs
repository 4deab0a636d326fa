using System.Text.Json;
using Hedgerow.Rest.Schema;

namespace Hedgerow.Rest.OpenApi;

/// <summary>Writes <c>parameters</c>: what several paths refer to.</summary>
internal static class ParameterWriter
{
    public static void WriteCommon(Utf8JsonWriter json)
    {
        WritePrefer(json, "preferParams");
        WritePrefer(json, "preferReturn", "return=representation", "return=minimal", "return=none");
        WritePrefer(json, "preferCount", "count=none");
        WritePrefer(json, "preferPost", "return=representation", "return=minimal", "return=none", "resolution=ignore-duplicates", "resolution=merge-duplicates");
        Write(json, "select", "select", "Filtering Columns", "query");
        Write(json, "on_conflict", "on_conflict", "On Conflict", "query");
        Write(json, "order", "order", "Ordering", "query");
        Write(json, "range", "Range", "Limiting and Pagination", "header");
        Write(json, "rangeUnit", "Range-Unit", "Limiting and Pagination", "header", "items");
        Write(json, "offset", "offset", "Limiting and Pagination", "query");
        Write(json, "limit", "limit", "Limiting and Pagination", "query");
    }

    /// <summary>A relation's body and a filter a column.</summary>
    public static void WriteOf(Utf8JsonWriter json, Table table)
    {
        var name = table.Name.Name;
        json.WriteStartObject($"body.{name}");
        json.WriteString("name", name);
        json.WriteString("description", name);
        json.WriteBoolean("required", false);
        json.WriteString("in", "body");
        json.WriteStartObject("schema");
        json.WriteString("$ref", $"#/definitions/{name}");
        json.WriteEndObject();
        json.WriteEndObject();
        foreach (var column in table.Columns) Write(json, FilterOf(table, column), column.Name, column.Description, "query");
    }

    public static string FilterOf(Table table, Column column) => $"rowFilter.{table.Name.Name}.{column.Name}";

    private static void Write(Utf8JsonWriter json, string key, string name, string? description, string place, string? @default = null)
    {
        json.WriteStartObject(key);
        json.WriteString("name", name);
        if (description is not null) json.WriteString("description", description);
        json.WriteBoolean("required", false);
        json.WriteString("in", place);
        json.WriteString("type", "string");
        if (@default is not null) json.WriteString("default", @default);
        json.WriteEndObject();
    }

    private static void WritePrefer(Utf8JsonWriter json, string key, params ReadOnlySpan<string> values)
    {
        json.WriteStartObject(key);
        json.WriteString("name", "Prefer");
        json.WriteString("description", "Preference");
        json.WriteBoolean("required", false);
        json.WriteString("in", "header");
        json.WriteString("type", "string");
        if (values.Length > 0)
        {
            json.WriteStartArray("enum");
            foreach (var value in values) json.WriteStringValue(value);
            json.WriteEndArray();
        }
        json.WriteEndObject();
    }
}
