using System.Collections.Immutable;
using System.Text.Json;
using Hedgerow.Rest.Schema;

namespace Hedgerow.Rest.OpenApi;

/// <summary>Writes <c>definitions</c>: an object schema a relation.</summary>
internal static class DefinitionWriter
{
    public static void Write(Utf8JsonWriter json, Table table, ImmutableArray<Relationship> relationships)
    {
        json.WriteStartObject(table.Name.Name);
        if (table.Description is not null) json.WriteString("description", table.Description);
        json.WriteString("type", "object");
        if (table.Columns.Any(c => !c.Nullable))
        {
            json.WriteStartArray("required");
            foreach (var column in table.Columns)
                if (!column.Nullable) json.WriteStringValue(column.Name);
            json.WriteEndArray();
        }
        if (!table.Columns.IsEmpty)
        {
            json.WriteStartObject("properties");
            foreach (var column in table.Columns) WriteProperty(json, table, column, relationships);
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }

    private static void WriteProperty(Utf8JsonWriter json, Table table, Column column, ImmutableArray<Relationship> relationships)
    {
        json.WriteStartObject(column.Name);
        if (column.Default is not null) SwaggerType.WriteDefault(json, column.Type, column.Default);
        if (Describe(table, column, relationships) is { } description) json.WriteString("description", description);
        if (!column.EnumValues.IsEmpty)
        {
            json.WriteStartArray("enum");
            foreach (var label in column.EnumValues) json.WriteStringValue(label);
            json.WriteEndArray();
        }
        if (column.MaxLength is { } length) json.WriteNumber("maxLength", length);
        SwaggerType.WriteProperty(json, column.Type);
        json.WriteEndObject();
    }

    /// <summary>The column's comment, and the notes by which tools know keys.</summary>
    private static string? Describe(Table table, Column column, ImmutableArray<Relationship> relationships)
    {
        var notes = new List<string>();
        if (table.PrimaryKey.Contains(column.Name)) notes.Add("This is a Primary Key.<pk/>");
        if (ForeignKey(column, table.Name.Schema, relationships) is var (target, targetColumn))
            notes.Add($"This is a Foreign Key to `{target}.{targetColumn}`.<fk table='{target}' column='{targetColumn}'/>");
        if (notes.Count == 0) return column.Description;
        var text = "Note:\n" + string.Join('\n', notes);
        return column.Description is null ? text : $"{column.Description}\n\n{text}";
    }

    /// <summary>Where a foreign key of this one column points; tables before views.</summary>
    private static (string Table, string Column)? ForeignKey(Column column, string schema, ImmutableArray<Relationship> relationships)
    {
        foreach (var relationship in relationships.OfType<ForeignKeyRelationship>().Where(r => r.Target.Schema == schema).OrderBy(r => r.TargetIsView))
        {
            var pairs = relationship.Cardinality switch
            {
                ManyToOne key => key.Columns,
                OneToOne { SourceIsReferenced: false } key => key.Columns,
                _ => [],
            };
            if (pairs.Length == 1 && pairs[0].From == column.Name) return (relationship.Target.Name, pairs[0].To);
        }
        return null;
    }
}
