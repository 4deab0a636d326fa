using System.Collections.Immutable;
using Hedgerow.Postgres;
using Npgsql;

namespace Hedgerow.Rest.Schema.Catalogue;

/// <summary>Reads a row of the routines query.</summary>
internal static class RoutineReader
{
    private static readonly QualifiedName Void = new("pg_catalog", "void");

    /// <param name="text">Reads a text column, keeping one copy of equal ones.</param>
    /// <param name="hoisted">A function's own settings that hold for its whole transaction.</param>
    public static Routine Read(NpgsqlDataReader reader, Func<int, string> text, string[] hoisted)
    {
        var name = new QualifiedName(text(0), text(1));
        var description = reader.IsDBNull(2) ? null : reader.GetString(2);
        var names = reader.GetFieldValue<string[]>(3);
        var types = reader.GetFieldValue<string[]>(4);
        var longTypes = reader.GetFieldValue<string[]>(5);
        var required = reader.GetInt32(6);
        var hasVariadic = reader.GetBoolean(7);
        var parameters = ImmutableArray.CreateBuilder<RoutineParameter>(names.Length);
        for (var i = 0; i < names.Length; i++)
            parameters.Add(new(names[i], types[i], longTypes[i], i < required, hasVariadic && i == names.Length - 1));

        var type = new QualifiedName(text(8), text(9));
        var isSet = reader.GetBoolean(10);
        var isComposite = reader.GetBoolean(11);
        var hasOwnColumns = reader.GetBoolean(12);
        var volatility = reader.GetString(13) switch { "i" => Volatility.Immutable, "s" => Volatility.Stable, _ => Volatility.Volatile };
        var settings = reader.GetFieldValue<string[]>(14).Select(Setting.Split).Where(s => hoisted.Contains(s.Key)).ToList();
        return new()
        {
            Name = name,
            Oid = reader.GetFieldValue<uint>(15),
            Description = description,
            Parameters = parameters.MoveToImmutable(),
            Returns = isComposite ? new CompositeReturn(type, isSet, hasOwnColumns) : new ScalarReturn(type, isSet, type == Void),
            Volatility = volatility,
            HasVariadic = hasVariadic,
            IsolationLevel = settings.Find(s => s.Key == Setting.Isolation).Value,
            HoistedSettings = [.. settings.Where(s => s.Key != Setting.Isolation)],
        };
    }
}
