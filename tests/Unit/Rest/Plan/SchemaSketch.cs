using System.Collections.Frozen;
using System.Collections.Immutable;
using Hedgerow.Postgres;
using Hedgerow.Rest;
using Hedgerow.Rest.Plan;
using Hedgerow.Rest.Request;
using Hedgerow.Rest.Schema;
using Hedgerow.Rest.Sql;
using Hedgerow.Tests.Support;
using Microsoft.AspNetCore.Http;

namespace Hedgerow.Tests.Unit.Rest.Plan;

/// <summary>A small schema drawn by hand: clients have projects, projects have tasks.</summary>
internal static class SchemaSketch
{
    public static readonly RestOptions Options = new() { Schemas = "api", AggregatesEnabled = true };

    public static SchemaCache Schema { get; } = new()
    {
        Tables = new[] { Table("clients", "id", "name"), Table("projects", "id", "name", "client_id", "owner_id"), Table("tasks", "id", "project_id") }
            .ToFrozenDictionary(t => t.Name),
        Relationships = Relationships().GroupBy(r => r.Source).ToFrozenDictionary(g => g.Key, g => g.ToImmutableArray()),
        Routines = FrozenDictionary<QualifiedName, ImmutableArray<Routine>>.Empty,
        Representations = FrozenDictionary<(string, string), QualifiedName>.Empty,
        MediaHandlers = [],
        SchemaDescriptions = FrozenDictionary<string, string>.Empty,
        Roles = FrozenDictionary<string, RoleSettings>.Empty,
        ServerVersion = 180000,
    };

    /// <summary>Parses and plans; the error of either.</summary>
    public static Result<Planner.Planned> Plan(string target, string method = "GET", string body = "", params (string Name, string Value)[] headers)
    {
        var parsed = Parse(target, method, body, headers);
        return parsed.Ok(out var request, out var error) ? Planner.Plan(request, Schema, Options) : error;
    }

    /// <summary>The SQL of a request that can be planned, and its parameters.</summary>
    public static (string Text, ImmutableArray<string?> Values) Sql(string target, string method = "GET", string body = "", params (string Name, string Value)[] headers)
    {
        Assert.True(Parse(target, method, body, headers).Ok(out var request, out var error), error?.Message);
        Assert.True(Planner.Plan(request, Schema, Options).Ok(out var planned, out error), error?.Message);
        var statement = StatementBuilder.Build((StatementPlan)planned.Plan, request, Options);
        return (statement.Text, [.. statement.Values.Select(v => v.Text)]);
    }

    /// <summary>The SQL of a request as it came over the wire; null where it comes to no statement.</summary>
    public static string? TrySql(HostileRequest hostile)
    {
        var parsed = Parse(hostile.Target, hostile.Method, hostile.Body ?? "", [.. hostile.Headers.Select(h => (h.Key, h.Value))]);
        var options = Options with { PlanEnabled = true };
        if (!parsed.Ok(out var request, out _) || !Planner.Plan(request, Schema, options).Ok(out var planned, out _)) return null;
        return planned.Plan is StatementPlan statement
            ? StatementBuilder.Build(statement, request, options).Text + StatementBuilder.Estimate(statement, request)?.Text.Replace("/* anon */", "", StringComparison.Ordinal)
            : null;
    }

    private static Result<ApiRequest> Parse(string target, string method, string body, (string Name, string Value)[] headers)
    {
        var question = target.IndexOf('?', StringComparison.Ordinal);
        var list = new HeaderDictionary();
        foreach (var (name, value) in headers) list.Append(name, value);
        return new ApiRequestParser(Options).Parse(
            new RequestInput
            {
                Method = method,
                RawPath = question < 0 ? target : target[..question],
                RawQuery = question < 0 ? "" : target[(question + 1)..],
                Headers = list,
                Body = System.Text.Encoding.UTF8.GetBytes(body),
            },
            new Caller("anon", """{"role":"anon"}"""));
    }

    private static Table Table(string name, params string[] columns)
    {
        ImmutableArray<Column> made = [.. columns.Select(c => new Column(c, null, true, c == "name" ? "text" : "integer", c == "name" ? "text" : "integer", null, null, []))];
        return new()
        {
            Name = new("api", name), Columns = made, ColumnsByName = made.ToFrozenDictionary(c => c.Name),
            PrimaryKey = ["id"], Insertable = true, Updatable = true, Deletable = true,
        };
    }

    private static IEnumerable<Relationship> Relationships() =>
    [
        .. Both("projects", "clients", "projects_client_id_fkey", "client_id"),
        .. Both("projects", "clients", "projects_owner_id_fkey", "owner_id"),
        .. Both("tasks", "projects", "tasks_project_id_fkey", "project_id"),
    ];

    private static IEnumerable<Relationship> Both(string source, string target, string constraint, string column)
    {
        QualifiedName from = new("api", source), to = new("api", target);
        yield return new ForeignKeyRelationship(from, to, new ManyToOne(constraint, [new(column, "id")]), false, false);
        yield return new ForeignKeyRelationship(to, from, new OneToMany(constraint, [new("id", column)]), false, false);
    }
}
