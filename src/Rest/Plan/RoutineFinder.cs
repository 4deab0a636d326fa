using System.Collections.Immutable;
using Hedgerow.Postgres;
using Hedgerow.Rest.Request;
using Hedgerow.Rest.Schema;

namespace Hedgerow.Rest.Plan;

/// <summary>Which overload a call means, by the names of its arguments (PostgREST, Functions as RPC).</summary>
internal static class RoutineFinder
{
    /// <summary>The one overload, PGRST202 (none, 404) or PGRST203 (several, 300).</summary>
    /// <param name="body">The media type of a POST's body; null for other methods.</param>
    public static Result<Routine> Find(SchemaCache schema, QualifiedName name, IReadOnlySet<string> arguments, MediaType? body)
    {
        var overloads = schema.Routines.TryGetValue(name, out var found) ? found : [];
        var media = body?.Name;
        var named = overloads.Where(r => TakesNames(r, arguments, media)).ToImmutableArray();
        if (named.IsEmpty && media is not null) named = [.. overloads.Where(r => TakesBody(r, media))];
        return named.Length switch
        {
            1 => named[0],
            0 => NotFound(schema, name, arguments, media, overloads),
            _ => Ambiguous(named),
        };
    }

    private static bool IsRaw(string? media) => media is "text/plain" or "text/xml" or "application/octet-stream";

    private static bool TakesNames(Routine routine, IReadOnlySet<string> arguments, string? media)
    {
        if (routine.Parameters.IsEmpty) return arguments.Count == 0 && !IsRaw(media);
        var given = 0;
        foreach (var parameter in routine.Parameters)
        {
            if (arguments.Contains(parameter.Name)) given++;
            else if (parameter.Required) return false;
        }
        return given == arguments.Count;
    }

    private static bool TakesBody(Routine routine, string media) => routine.Parameters is [{ Name: "" } only] && (media, only.Type) switch
    {
        ("application/json", "json" or "jsonb") => true,
        ("text/plain", "text") => true,
        ("text/xml", "xml") => true,
        ("application/octet-stream", "bytea") => true,
        _ => false,
    };

    private static ApiError Ambiguous(ImmutableArray<Routine> routines)
    {
        var signatures = routines.Select(r => $"{r.Name}({string.Join(", ", r.Parameters.Select(p => $"{p.Name} => {p.Type}"))})");
        return new(300, "PGRST203", $"Could not choose the best candidate function between: {string.Join(", ", signatures)}", null,
            "Try renaming the parameters or the function itself in the database so function overloading can be resolved");
    }

    private static ApiError NotFound(SchemaCache schema, QualifiedName name, IReadOnlySet<string> arguments, string? media, ImmutableArray<Routine> overloads)
    {
        var names = arguments.Order(StringComparer.Ordinal).ToList();
        var list = string.Join(", ", names);
        var without = names.Count == 0 ? " without parameters" : null;
        var searched = without ?? $" with parameter{(names.Count > 1 ? "s " : " ")}{list}";
        var details = media switch
        {
            "text/plain" => " with a single unnamed text parameter",
            "text/xml" => " with a single unnamed xml parameter",
            "application/octet-stream" => " with a single unnamed bytea parameter",
            "application/json" => $"{searched} or with a single unnamed json/jsonb parameter",
            _ => searched,
        };
        return new(404, "PGRST202",
            $"Could not find the function {name}{(IsRaw(media) ? "" : without ?? $"({list})")} in the schema cache",
            $"Searched for the function {name}{details}, but no matches were found in the schema cache.",
            IsRaw(media) ? null : Hint(schema, name, names, overloads));
    }

    /// <summary>Another function of a similar name, or an overload whose parameters are similar.</summary>
    private static string? Hint(SchemaCache schema, QualifiedName name, List<string> arguments, ImmutableArray<Routine> overloads)
    {
        string? near;
        if (overloads.IsEmpty)
        {
            near = new FuzzyNames(schema.Routines.Keys.Where(r => r.Schema == name.Schema).Select(r => r.Name)).Closest(name.Name, least: 0.75);
        }
        else
        {
            var signatures = overloads.Select(o => Signature(o.Parameters.Select(p => p.Name)));
            near = new FuzzyNames(signatures).Closest(Signature(arguments)) is { } parameters ? name.Name + parameters : null;
        }
        return near is null ? null : $"Perhaps you meant to call the function {name.Schema}.{near}";
    }

    private static string Signature(IEnumerable<string> names) => $"({string.Join(", ", names.Order(StringComparer.Ordinal))})";
}
