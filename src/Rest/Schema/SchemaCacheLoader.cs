using System.Buffers;
using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Data;
using Hedgerow.Postgres;
using Hedgerow.Rest.Schema.Catalogue;
using Npgsql;
using NpgsqlTypes;

namespace Hedgerow.Rest.Schema;

/// <summary>
/// Reads the catalogue into a <see cref="SchemaCache"/>: one round trip, one read-only transaction, nothing that the least
/// privileged login may not read.
/// </summary>
public static class SchemaCacheLoader
{
    /// <summary>Reads the catalogue over a connection of its own.</summary>
    /// <exception cref="NpgsqlException">The database is out of reach or refuses.</exception>
    public static async Task<SchemaCache> LoadAsync(NpgsqlDataSource database, RestOptions options, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return await LoadAsync(connection, options, cancellation);
    }

    /// <inheritdoc cref="LoadAsync(NpgsqlDataSource, RestOptions, CancellationToken)"/>
    public static async Task<SchemaCache> LoadAsync(NpgsqlConnection connection, RestOptions options, CancellationToken cancellation)
    {
        var schemas = SchemaList.Parse(options.Schemas);
        var searchPath = SchemaList.Parse(options.ExtraSearchPath);
        var version = (connection.PostgreSqlVersion.Major * 10000) + connection.PostgreSqlVersion.Minor;
        var snapshot = new CatalogueSnapshot();

        await using var batch = new NpgsqlBatch(connection) { Timeout = 120 };
        void Send(string text, params ReadOnlySpan<string[]> parameters)
        {
            var command = new NpgsqlBatchCommand(text);
            foreach (var parameter in parameters)
                command.Parameters.Add(new() { Value = parameter, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text });
            batch.BatchCommands.Add(command);
        }

        Send("begin isolation level repeatable read, read only");
        // With an empty search path every name comes qualified; a role's timeout is meant for requests.
        Send("set local search_path = ''");
        Send("set local statement_timeout = '120s'");
        Send("set local work_mem = '64MB'");
        Send(CatalogueQueries.Get("relations"), schemas);
        Send(CatalogueQueries.Get("enums"));
        Send(CatalogueQueries.Get("columns"), schemas);
        Send(CatalogueQueries.Get("keys"));
        Send(CatalogueQueries.Get("views"), schemas, searchPath);
        Send(CatalogueQueries.Get("routines"), schemas);
        Send(CatalogueQueries.Get("computed_relationships"), schemas);
        Send(CatalogueQueries.Get("representations"));
        Send(CatalogueQueries.Get("media_handlers"), schemas);
        Send(CatalogueQueries.Get("schemas"), schemas);
        Send(CatalogueQueries.Roles(version));
        Send("commit");

        await using (var reader = await batch.ExecuteReaderAsync(CommandBehavior.SequentialAccess, cancellation))
            await new CatalogueReader(reader, snapshot, SchemaList.Parse(options.HoistedTxSettings)).ReadAsync(cancellation);
        return Build(snapshot, schemas.ToFrozenSet(), version);
    }

    private static SchemaCache Build(CatalogueSnapshot snapshot, FrozenSet<string> schemas, int version)
    {
        var relations = snapshot.Relations.ToDictionary(r => r.Oid);
        bool IsExposed(uint oid) => relations.TryGetValue(oid, out var relation) && schemas.Contains(relation.Name.Schema);

        var viewKeys = ViewKeys.Trace(snapshot.Views, snapshot.Keys, IsExposed);
        var primaryKeys = snapshot.Keys.Where(k => k.Kind == KeyKind.Primary).ToDictionary(k => k.Relation);
        var tables = new Dictionary<QualifiedName, Table>();
        foreach (var relation in snapshot.Relations)
        {
            if (!schemas.Contains(relation.Name.Schema)) continue;
            var columns = snapshot.Columns.GetValueOrDefault(relation.Oid) ?? [];
            tables[relation.Name] = TableBuilder.Build(
                relation, columns, primaryKeys.GetValueOrDefault(relation.Oid), viewKeys.PrimaryByView[relation.Oid]);
        }

        var relationships = new RelationshipBuilder(relations, tables, snapshot.Columns, viewKeys)
            .Build(snapshot.Keys, snapshot.ComputedRelationships);

        return new()
        {
            Tables = tables.ToFrozenDictionary(),
            Relationships = relationships.ToFrozenDictionary(r => r.Key, r => r.Value.ToImmutableArray()),
            Routines = snapshot.Routines.GroupBy(r => r.Name).ToFrozenDictionary(g => g.Key, g => g.ToImmutableArray()),
            Representations = snapshot.Representations.ToFrozenDictionary(),
            MediaHandlers = [.. snapshot.MediaHandlers],
            MissingSchemas = [.. snapshot.MissingSchemas],
            SchemaDescriptions = snapshot.SchemaDescriptions.ToFrozenDictionary(),
            EnumsAsText = snapshot.EnumsAsText.ToFrozenSet(),
            Roles = snapshot.Roles.ToFrozenDictionary(),
            ServerVersion = version,
        };
    }
}
