using System.Collections.Immutable;
using Hedgerow.Postgres;
using Hedgerow.Rest.Request;
using Hedgerow.Rest.Schema;

namespace Hedgerow.Rest.Plan;

/// <summary>What a request comes down to once the schema is known.</summary>
public abstract record ActionPlan;

/// <summary>A plan that becomes one statement.</summary>
/// <param name="Tree">The rows answered, with what is embedded in them.</param>
/// <param name="Body">How those rows become the response's body.</param>
/// <param name="MediaType">The media type of the answer, as negotiated.</param>
public abstract record StatementPlan(ReadNode Tree, BodyFormat Body, MediaType MediaType) : ActionPlan;

public sealed record ReadPlan(QualifiedName Relation, bool HeadersOnly, ReadNode Tree, BodyFormat Body, MediaType MediaType)
    : StatementPlan(Tree, Body, MediaType);

/// <param name="Tree">Reads from the rows that the mutation returns.</param>
public sealed record WritePlan(QualifiedName Relation, Mutation Mutation, ReadNode Tree, BodyFormat Body, MediaType MediaType)
    : StatementPlan(Tree, Body, MediaType);

/// <param name="Tree">Reads from the rows that the function returns.</param>
public sealed record CallPlan(Routine Routine, CallArguments Arguments, ImmutableArray<string> Returning, bool ReadOnly, bool HeadersOnly, ReadNode Tree, BodyFormat Body, MediaType MediaType)
    : StatementPlan(Tree, Body, MediaType);

/// <summary>The OpenAPI page.</summary>
public sealed record DescribePlan(bool HeadersOnly) : ActionPlan;

/// <summary>OPTIONS: the methods allowed, without asking the database.</summary>
public sealed record AllowPlan(string Methods) : ActionPlan;
