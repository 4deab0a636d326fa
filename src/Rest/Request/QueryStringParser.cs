using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Hedgerow.Postgres;
using Hedgerow.Rest.Request.Grammar;

namespace Hedgerow.Rest.Request;

/// <summary>Parses a query string into its parts (PostgREST, URL Grammar, Tables and Views). Pure; time is linear in the text.</summary>
internal static class QueryStringParser
{
    /// <summary>Deepest nesting of <c>and</c> and <c>or</c>: far more than anyone writes, far less than a stack holds.</summary>
    private const int MaxLogicDepth = 100;

    private delegate bool Rule<T>(ref QueryGrammar grammar, out T value);

    /// <param name="isCall">Whether this is a GET or HEAD of a function: then a parameter without an operator is an argument.</param>
    public static Result<QueryString> Parse(string rawQuery, bool isCall, int maxEmbedDepth)
    {
        var parameters = QueryParameters.Split(rawQuery);
        var order = ImmutableArray.CreateBuilder<Placed<ImmutableArray<OrderTerm>>>();
        var logic = ImmutableArray.CreateBuilder<Placed<LogicTree>>();
        var filters = ImmutableArray.CreateBuilder<Placed<Filter>>();
        var arguments = ImmutableArray.CreateBuilder<KeyValuePair<string, string>>();
        string? select = null, columns = null, onConflict = null;
        bool selectSeen = false, columnsSeen = false, onConflictSeen = false;
        ApiError? error = null;

        // Errors are told in this order, whatever the order of the parameters: order, logic, columns, select, filters, on_conflict.
        foreach (var (name, value) in parameters)
        {
            switch (name)
            {
                case "select" when !selectSeen:
                    (select, selectSeen) = (value, true);
                    break;
                case "columns" when !columnsSeen:
                    (columns, columnsSeen) = (value, true);
                    break;
                case "on_conflict" when !onConflictSeen:
                    (onConflict, onConflictSeen) = (value, true);
                    break;
                default:
                    break;
            }
            if (value is null || LastWord(name) is not "order") continue;
            if (!Path(name, out var path, out error) || !Parse(OrderRule, value, "order", value, int.MaxValue, out var terms, out error)) return error;
            order.Add(new(path, terms));
        }
        foreach (var (name, value) in parameters)
        {
            if (value is null || LastWord(name) is not ("and" or "or")) continue;
            if (!Parse(LogicPathRule, name, "logic path", name, int.MaxValue, out var place, out error)) return error;
            if (!Parse(LogicRule, place.Operator + value, "logic tree", value, MaxLogicDepth, out var tree, out error)) return error;
            logic.Add(new(place.Path, tree));
        }

        ImmutableArray<string> columnNames = default, conflictNames = default;
        if (columns is not null && !Parse(NamesRule, columns, "columns parameter", columns, int.MaxValue, out columnNames, out error)) return error;
        if (!Parse(SelectRule, select ?? "*", "select parameter", select ?? "*", maxEmbedDepth, out var items, out error)) return error;
        foreach (var (name, value) in parameters)
        {
            if (value is null || name is "select" or "columns" or "on_conflict" || LastWord(name) is "order" or "limit" or "offset" or "and" or "or") continue;
            if (!Parse(PathRule, name, "tree path", name, int.MaxValue, out var place, out error)) return error;
            var grammar = new QueryGrammar(value, explain: false, int.MaxValue);
            if (grammar.Condition(inTree: false, out var negated, out var operation))
                filters.Add(new(place.Path, new(place.Field, negated, operation)));
            else if (isCall && grammar.Consumed == 0)
                arguments.Add(new(place.Field.Name, value));
            else
                return Explain(ConditionRule, value, "filter", value, int.MaxValue);
        }
        if (onConflict is not null && !Parse(NamesRule, onConflict, "on_conflict parameter", onConflict, int.MaxValue, out conflictNames, out error)) return error;
        if (!QueryRanges.Embedded(parameters).Ok(out var ranges, out error)) return error;

        return new QueryString
        {
            Canonical = QueryParameters.Canonical(parameters),
            Parameters = arguments.ToImmutable(),
            Select = items,
            Filters = filters.ToImmutable(),
            Logic = logic.ToImmutable(),
            Order = order.ToImmutable(),
            Ranges = [.. ranges],
            RootRange = QueryRanges.Root(parameters),
            Columns = columnNames.IsDefault ? null : [.. columnNames.Distinct().Order(StringComparer.Ordinal)],
            OnConflict = conflictNames.IsDefault ? null : conflictNames,
        };
    }

    /// <summary>The place that the name of a parameter names: <c>clients.projects.order</c> belongs to [clients, projects].</summary>
    public static bool Path(string name, out ImmutableArray<string> path, [NotNullWhen(false)] out ApiError? error)
    {
        var matched = Parse(PathRule, name, "tree path", name, int.MaxValue, out var place, out error);
        path = matched ? place.Path : [];
        return matched;
    }

    /// <summary>What stands behind a parameter name's last dot.</summary>
    public static ReadOnlySpan<char> LastWord(string name) => name.AsSpan(name.LastIndexOf('.') + 1);

    private static bool Parse<T>(Rule<T> rule, string text, string what, string shown, int maxDepth, out T value, [NotNullWhen(false)] out ApiError? error)
    {
        var grammar = new QueryGrammar(text, explain: false, maxDepth);
        error = rule(ref grammar, out value) ? null : Explain(rule, text, what, shown, maxDepth);
        return error is null;
    }

    /// <summary>Parses once more what turned out wrong, to say where and why.</summary>
    private static ApiError Explain<T>(Rule<T> rule, string text, string what, string shown, int maxDepth)
    {
        var grammar = new QueryGrammar(text, explain: true, maxDepth);
        rule(ref grammar, out _);
        if (grammar.TooDeep)
            return RequestErrors.QueryString($"\"failed to parse {what} ({shown})\"", $"nested deeper than {maxDepth} levels");
        var error = grammar.Error ?? new ParseError(grammar.Consumed, [], [], []);
        return RequestErrors.QueryString($"\"failed to parse {what} ({shown})\" {error.Position(text)}", error.Describe());
    }

    private static readonly Rule<ImmutableArray<SelectItem>> SelectRule = static (ref QueryGrammar g, out ImmutableArray<SelectItem> items) => g.SelectItems(out items);
    private static readonly Rule<ImmutableArray<OrderTerm>> OrderRule = static (ref QueryGrammar g, out ImmutableArray<OrderTerm> terms) => g.OrderTerms(out terms);
    private static readonly Rule<ImmutableArray<string>> NamesRule = static (ref QueryGrammar g, out ImmutableArray<string> names) => g.Names(out names);
    private static readonly Rule<LogicTree> LogicRule = static (ref QueryGrammar g, out LogicTree tree) => g.Tree(out tree);
    private static readonly Rule<bool> ConditionRule = static (ref QueryGrammar g, out bool negated) => g.Condition(inTree: false, out negated, out _);

    private static readonly Rule<(ImmutableArray<string> Path, Field Field)> PathRule =
        static (ref QueryGrammar g, out (ImmutableArray<string> Path, Field Field) place) => g.TreePath(out place.Path, out place.Field);

    private static readonly Rule<(ImmutableArray<string> Path, string Operator)> LogicPathRule =
        static (ref QueryGrammar g, out (ImmutableArray<string> Path, string Operator) place) => g.LogicPath(out place.Path, out place.Operator);
}
