using System.Collections.Immutable;
using Hedgerow.Postgres;

namespace Hedgerow.Rest.Request;

/// <summary>A request as the planner sees it: the HTTP of it is behind us, the schema of it ahead.</summary>
public sealed record ApiRequest
{
    public required RequestAction Action { get; init; }
    public required string Schema { get; init; }

    /// <summary>True where a profile header chose the schema, or could have: with more than one schema. Then <c>Content-Profile</c> is answered.</summary>
    public bool ProfileGiven { get; init; }

    public required QueryString Query { get; init; }
    public required Preferences Preferences { get; init; }

    /// <summary>The root's range: <c>Range</c> header (of a GET) and limit/offset combined, before MaxRows.</summary>
    public required RowRange Range { get; init; }

    /// <summary>Acceptable media types, best first.</summary>
    public required ImmutableArray<MediaType> Accept { get; init; }

    /// <summary>The body of a POST, PATCH or PUT.</summary>
    public Payload? Payload { get; init; }

    /// <summary>The body's media type; JSON where the request names none.</summary>
    public required MediaType ContentType { get; init; }

    public required Caller Caller { get; init; }
    public required string Method { get; init; }
    public required string Path { get; init; }

    /// <summary>Request headers as a JSON object of lower-case names, for <c>request.headers</c>.</summary>
    public required string HeadersJson { get; init; }

    /// <summary>Cookies as a JSON object, for <c>request.cookies</c>.</summary>
    public required string CookiesJson { get; init; }
}

/// <summary>What the method and the path ask for.</summary>
public abstract record RequestAction
{
    public abstract bool HeadersOnly { get; }
}

public sealed record ReadAction(string Relation, bool IsHead) : RequestAction { public override bool HeadersOnly => IsHead; }

public sealed record InsertAction(string Relation) : RequestAction { public override bool HeadersOnly => false; }

public sealed record UpdateAction(string Relation) : RequestAction { public override bool HeadersOnly => false; }

/// <summary>PUT: insert or replace the one row that the URL names.</summary>
public sealed record SingleUpsertAction(string Relation) : RequestAction { public override bool HeadersOnly => false; }

public sealed record DeleteAction(string Relation) : RequestAction { public override bool HeadersOnly => false; }

public sealed record CallAction(string Function, CallMethod Via) : RequestAction { public override bool HeadersOnly => Via == CallMethod.Head; }

/// <summary>The root: OpenAPI. Where <c>Rest:RootSpec</c> names a function, the root is a <see cref="CallAction"/>.</summary>
public sealed record DescribeAction(bool IsHead) : RequestAction { public override bool HeadersOnly => IsHead; }

public sealed record OptionsAction(string? Relation, string? Function) : RequestAction { public override bool HeadersOnly => true; }

public enum CallMethod { Get, Head, Post }
