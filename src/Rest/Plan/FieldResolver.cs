using Hedgerow.Postgres;
using Hedgerow.Rest.Request;
using Hedgerow.Rest.Schema;

namespace Hedgerow.Rest.Plan;

/// <summary>
/// Finds what the schema knows of a column named in a request. An unknown column is no error here, because it may be a computed
/// field (a function of the row), which only the database can tell; it is written as it was asked for.
/// </summary>
internal sealed class FieldResolver(SchemaCache schema)
{
    /// <summary>A column on its way out, with its representation as JSON where its domain has one.</summary>
    public PlannedField Output(QualifiedName table, Field field) => WithTransform(Resolve(table, field), "json", output: true);

    /// <summary>A column on its way out.</summary>
    public PlannedField Output(Column column) => WithTransform(Plain(column), "json", output: true);

    /// <summary>A column compared with a value from the query string, with the domain's own parser where it has one.</summary>
    public PlannedField Filtered(QualifiedName table, Field field, Operation operation)
    {
        var resolved = Resolve(table, field);
        // What a computed field returns is unknown here; it is taken for a tsvector.
        if (operation is FullTextOperation search && Find(table, field.Name) is { Type: not "tsvector" })
            resolved = resolved with { TextSearch = new TextSearch(search.Language) };
        return WithTransform(resolved, "text", output: false);
    }

    /// <summary>A column to sort by.</summary>
    public PlannedField Sorted(QualifiedName table, Field field) => Resolve(table, field);

    /// <summary>A column to write a JSON member into.</summary>
    public PlannedField Written(Column column) => WithTransform(Plain(column), "json", output: false);

    /// <summary>Whether the schema knows a column of that name; it knows nothing of computed fields.</summary>
    public bool IsColumn(QualifiedName table, string name) => Find(table, name) is not null;

    public bool HasOutputRepresentation(Column column) => schema.Representations.ContainsKey((column.NominalType, "json"));

    private PlannedField Resolve(QualifiedName table, Field field)
    {
        var column = Find(table, field.Name);
        var planned = column is null ? new PlannedField(field.Name, field.Path) : Plain(column) with { Path = field.Path };
        return planned with { ViaJson = planned.Type is not ("json" or "jsonb") };
    }

    private Column? Find(QualifiedName table, string name) =>
        schema.Tables.TryGetValue(table, out var found) && found.ColumnsByName.TryGetValue(name, out var column) ? column : null;

    private static PlannedField Plain(Column column) => new(column.Name, [], column.NominalType) { Default = column.Default };

    private PlannedField WithTransform(PlannedField field, string format, bool output)
    {
        if (field.Type.Length == 0) return field;
        var key = output ? (field.Type, format) : (format, field.Type);
        // A value that is parsed arrives as the format's type.
        return schema.Representations.TryGetValue(key, out var function)
            ? field with { Transform = function, Type = output ? field.Type : format }
            : field;
    }
}
