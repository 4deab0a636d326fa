namespace Hedgerow.Postgres;

/// <summary>The name of a table, view, type or function together with its schema, both as the catalogue spells them (unquoted).</summary>
public readonly record struct QualifiedName(string Schema, string Name)
{
    /// <summary><c>schema.name</c>, for messages; never for SQL (see <see cref="Sql.Identifier(QualifiedName)"/>).</summary>
    public override string ToString() => Schema.Length == 0 ? Name : $"{Schema}.{Name}";
}
