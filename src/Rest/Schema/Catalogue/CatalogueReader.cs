using System.Buffers;
using System.Collections.Immutable;
using Hedgerow.Postgres;
using Npgsql;

namespace Hedgerow.Rest.Schema.Catalogue;

/// <summary>Reads the answers of the catalogue queries, in the order in which the loader sends them.</summary>
internal sealed class CatalogueReader(NpgsqlDataReader reader, CatalogueSnapshot snapshot, string[] hoisted)
{
    /// <summary>Types, column names and defaults repeat thousands of times in a large schema; each is kept once.</summary>
    private readonly Dictionary<string, string> _pool = [];
    private readonly Dictionary<uint, ImmutableArray<string>> _enums = [];

    public async Task ReadAsync(CancellationToken cancellation)
    {
        await EachAsync(ReadRelation, cancellation);
        await NextAsync(ReadEnum, cancellation);
        await NextAsync(ReadColumn, cancellation);
        foreach (var columns in snapshot.Columns.Values) columns.Sort((a, b) => a.Number.CompareTo(b.Number));
        await NextAsync(ReadKey, cancellation);
        await NextAsync(ReadView, cancellation);
        await NextAsync(() => snapshot.Routines.Add(RoutineReader.Read(reader, Text, hoisted)), cancellation);
        await NextAsync(ReadComputedRelationship, cancellation);
        await NextAsync(ReadRepresentation, cancellation);
        await NextAsync(ReadMediaHandler, cancellation);
        await NextAsync(ReadSchema, cancellation);
        await NextAsync(ReadRole, cancellation);
    }

    private async Task NextAsync(Action read, CancellationToken cancellation)
    {
        await reader.NextResultAsync(cancellation);
        await EachAsync(read, cancellation);
    }

    private async Task EachAsync(Action read, CancellationToken cancellation)
    {
        while (await reader.ReadAsync(cancellation)) read();
    }

    private string Text(int column) => Pooled(reader.GetString(column));

    private string? OptionalText(int column) => reader.IsDBNull(column) ? null : Text(column);

    private string Pooled(string text)
    {
        if (_pool.TryGetValue(text, out var kept)) return kept;
        _pool[text] = text;
        return text;
    }

    private void ReadRelation() => snapshot.Relations.Add(new(
        reader.GetFieldValue<uint>(0), new(Text(1), Text(2)), OptionalText(3), reader.GetBoolean(4), reader.GetInt32(5)));

    private void ReadEnum()
    {
        var oid = reader.GetFieldValue<uint>(0);
        _enums[oid] = [.. reader.GetFieldValue<string[]>(1)];
        if (!reader.GetBoolean(2)) snapshot.EnumsAsText.Add(oid);
    }

    private void ReadColumn()
    {
        var relation = reader.GetFieldValue<uint>(0);
        var number = reader.GetInt16(1);
        var name = Text(2);
        var description = OptionalText(3);
        var nullable = reader.GetBoolean(4);
        var (type, nominalType) = (Text(5), Text(6));
        int? maxLength = reader.IsDBNull(7) ? null : reader.GetInt32(7);
        var @default = OptionalText(8);
        var labels = _enums.GetValueOrDefault(reader.GetFieldValue<uint>(9), []);
        if (!snapshot.Columns.TryGetValue(relation, out var columns)) snapshot.Columns[relation] = columns = [];
        columns.Add(new(number, new(name, description, nullable, type, nominalType, maxLength, @default, labels)));
    }

    private void ReadKey()
    {
        var oid = reader.GetFieldValue<uint>(0);
        var kind = reader.GetString(1) switch { "p" => KeyKind.Primary, "u" => KeyKind.Unique, _ => KeyKind.Foreign };
        var name = Text(2);
        var (relation, target) = (reader.GetFieldValue<uint>(3), reader.GetFieldValue<uint>(4));
        ImmutableArray<short> numbers = [.. reader.GetFieldValue<short[]>(5)];
        ImmutableArray<short> targetNumbers = reader.IsDBNull(6) ? [] : [.. reader.GetFieldValue<short[]>(6)];
        snapshot.Keys.Add(new(oid, kind, name, relation, target, numbers, targetNumbers, reader.GetBoolean(7)));
    }

    /// <summary>A definition can be megabytes of text of which a few numbers stay: it passes through a rented buffer.</summary>
    private void ReadView()
    {
        var view = reader.GetFieldValue<uint>(0);
        using var stream = reader.GetStream(1);
        var buffer = ArrayPool<byte>.Shared.Rent((int)stream.Length);
        try
        {
            var length = stream.ReadAtLeast(buffer, (int)stream.Length, throwOnEndOfStream: false);
            snapshot.Views[view] = ViewDefinition.Targets(buffer.AsSpan(0, length));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private void ReadComputedRelationship()
    {
        QualifiedName function = new(Text(0), Text(1)), source = new(Text(2), Text(3)), target = new(Text(4), Text(5));
        snapshot.ComputedRelationships.Add(new(source, target, function, source, reader.GetBoolean(6)));
    }

    private void ReadRepresentation()
    {
        var (from, to) = (Text(0), Text(1));
        snapshot.Representations[(from, to)] = new(Text(2), Text(3));
    }

    private void ReadMediaHandler()
    {
        var target = new QualifiedName(Text(0), Text(1));
        var mediaType = Text(2);
        var function = new QualifiedName(Text(3), Text(4));
        var resultType = new QualifiedName(Text(5), Text(6));
        snapshot.MediaHandlers.Add(new(target == new QualifiedName("pg_catalog", "anyelement") ? null : target, mediaType, function, resultType));
    }

    private void ReadSchema()
    {
        var name = Text(0);
        if (!reader.GetBoolean(1)) snapshot.MissingSchemas.Add(name);
        if (OptionalText(2) is { } description) snapshot.SchemaDescriptions[name] = description;
    }

    private void ReadRole()
    {
        var role = reader.GetString(0);
        string? isolation = null;
        var settings = ImmutableArray.CreateBuilder<KeyValuePair<string, string>>();
        foreach (var (name, value) in reader.GetFieldValue<string[]>(1).Select(Setting.Split))
        {
            if (name == Setting.Isolation) isolation = value;
            else settings.Add(new(name, value));
        }
        snapshot.Roles[role] = new(isolation, settings.ToImmutable());
    }
}
