using System.Collections.Frozen;
using System.Collections.Immutable;
using Hedgerow.Postgres;

namespace Hedgerow.Rest.Schema.Catalogue;

/// <summary>Puts relations, columns and keys of the catalogue together.</summary>
internal static class TableBuilder
{
    public static Table Build(
        CatalogueRelation relation, List<CatalogueColumn> columns, CatalogueKey? primaryKey, IEnumerable<ViewKey> shownKeys)
    {
        var all = ImmutableArray.CreateRange(columns.Select(c => c.Column));
        return new()
        {
            Name = relation.Name,
            Description = relation.Description,
            IsView = relation.IsView,
            Insertable = (relation.Updatable & 8) != 0,
            Updatable = (relation.Updatable & 4) != 0,
            Deletable = (relation.Updatable & 16) != 0,
            PrimaryKey = relation.IsView ? OfView(columns, shownKeys) : OfTable(columns, primaryKey),
            Columns = all,
            ColumnsByName = all.ToFrozenDictionary(c => c.Name),
        };
    }

    private static ImmutableArray<string> OfTable(List<CatalogueColumn> columns, CatalogueKey? key) =>
        key is null ? [] : [.. key.Numbers.Select(n => NameOf(columns, n)).Order(StringComparer.Ordinal)];

    /// <summary>Where a view repeats a key's column, the first that shows it stands for it.</summary>
    private static ImmutableArray<string> OfView(List<CatalogueColumn> columns, IEnumerable<ViewKey> keys) =>
        [.. keys.SelectMany(k => k.Columns).Select(shown => NameOf(columns, shown[0])).Distinct()];

    private static string NameOf(List<CatalogueColumn> columns, short number) => columns.Find(c => c.Number == number).Column.Name;
}
