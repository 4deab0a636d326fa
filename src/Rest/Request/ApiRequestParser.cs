using Hedgerow.Postgres;
using Hedgerow.Rest.Schema;
using Microsoft.Extensions.Primitives;

namespace Hedgerow.Rest.Request;

/// <summary>Turns HTTP into an <see cref="ApiRequest"/>. Pure: the schema is not asked. Nothing a client sends makes it throw.</summary>
public sealed class ApiRequestParser
{
    private readonly RestOptions _options;
    private readonly string[] _schemas;
    private readonly string? _rootFunction;
    private readonly bool _txAllowed;

    public ApiRequestParser(RestOptions options)
    {
        _options = options;
        _schemas = SchemaList.Parse(options.Schemas);
        _rootFunction = options.RootSpec.Length == 0 ? null : options.RootSpec[(options.RootSpec.LastIndexOf('.') + 1)..];
        _txAllowed = options.TxEnd is "commit-allow-override" or "rollback-allow-override";
    }

    public Result<ApiRequest> Parse(in RequestInput input, Caller caller)
    {
        if (!FindResource(input.RawPath).Ok(out var resource, out var error)) return error;
        var (profile, profileError) = FindSchema(input);
        if (profileError is not null) return profileError;
        if (!FindAction(resource, input.Method).Ok(out var action, out error)) return error;
        var isGetCall = action is CallAction { Via: not CallMethod.Post } or OptionsAction { Function: not null };
        if (!QueryStringParser.Parse(input.RawQuery, isGetCall, _options.MaxEmbedDepth).Ok(out var query, out error)) return error;
        if (!FindRange(input, query.RootRange).Ok(out var range, out error)) return error;

        var contentType = MediaTypeParser.ContentType(input.Headers.ContentType);
        var takesColumns = action is InsertAction or UpdateAction or CallAction { Via: CallMethod.Post };
        if (!takesColumns && query.Columns is not null) query = query with { Columns = null };
        Payload? payload = null;
        if (takesColumns || action is SingleUpsertAction)
        {
            if (!PayloadParser.Parse(input.Body, contentType, query.Columns, action is CallAction).Ok(out var parsed, out error)) return error;
            payload = parsed;
        }

        return new ApiRequest
        {
            Action = action,
            Schema = profile ?? _schemas[0],
            ProfileGiven = profile is not null || _schemas.Length > 1,
            Query = query,
            Preferences = PreferHeader.Parse(input.Headers["Prefer"], _txAllowed),
            Range = range.ToRange(),
            Accept = MediaTypeParser.Accept(input.Headers.Accept),
            Payload = payload,
            ContentType = contentType,
            Caller = caller,
            Method = input.Method,
            Path = input.RawPath,
            HeadersJson = RequestSettings.Headers(input.Headers),
            CookiesJson = RequestSettings.Cookies(input.Headers.Cookie),
        };
    }

    /// <summary>What a path names; neither: the root.</summary>
    private readonly record struct Resource(string? Relation, string? Function);

    private Result<Resource> FindResource(string rawPath)
    {
        var path = rawPath.AsSpan().TrimStart('/');
        if (rawPath.Length - path.Length > 1) return RequestErrors.Path;
        if (path.IsEmpty) return _options.OpenApiMode == "disabled" ? RequestErrors.OpenApiDisabled : new Resource(null, _rootFunction);
        var slash = path.IndexOf('/');
        if (slash < 0) return new Resource(QueryParameters.Decode(path, plusIsSpace: false), null);
        var name = path[(slash + 1)..];
        return QueryParameters.Decode(path[..slash], plusIsSpace: false) == "rpc" && !name.Contains('/')
            ? new Resource(null, QueryParameters.Decode(name, plusIsSpace: false))
            : RequestErrors.Path;
    }

    private static Result<RequestAction> FindAction(Resource resource, string method) => resource switch
    {
        { Relation: { } relation } => OnRelation(relation, method),
        { Function: { } function } => OnFunction(function, method),
        _ => OnRoot(method),
    };

    private static Result<RequestAction> OnRoot(string method) => method switch
    {
        "GET" => new DescribeAction(false),
        "HEAD" => new DescribeAction(true),
        "OPTIONS" => new OptionsAction(null, null),
        _ => RequestErrors.Method(method),
    };

    private static Result<RequestAction> OnFunction(string name, string method) => method switch
    {
        "GET" => new CallAction(name, CallMethod.Get),
        "HEAD" => new CallAction(name, CallMethod.Head),
        "POST" => new CallAction(name, CallMethod.Post),
        "OPTIONS" => new OptionsAction(null, name),
        _ => RequestErrors.RpcMethod(method),
    };

    private static Result<RequestAction> OnRelation(string name, string method) => method switch
    {
        "GET" => new ReadAction(name, false),
        "HEAD" => new ReadAction(name, true),
        "POST" => new InsertAction(name),
        "PATCH" => new UpdateAction(name),
        "PUT" => new SingleUpsertAction(name),
        "DELETE" => new DeleteAction(name),
        "OPTIONS" => new OptionsAction(name, null),
        _ => RequestErrors.Method(method),
    };

    /// <summary>The schema that a profile header asks for: <c>Content-Profile</c> for writes, else <c>Accept-Profile</c>. Null: none asks.</summary>
    private (string? Schema, ApiError? Error) FindSchema(in RequestInput input)
    {
        var header = input.Method is "POST" or "PATCH" or "PUT" or "DELETE" ? "Content-Profile" : "Accept-Profile";
        StringValues values = input.Headers[header];
        if (values.Count == 0) return (null, null);
        var schema = values[0] ?? "";
        return _schemas.Contains(schema) ? (schema, null) : (null, RequestErrors.Schema(schema, _schemas));
    }

    /// <summary>RFC 9110, 14.2: a <c>Range</c> header counts for GET alone.</summary>
    private static Result<RowSpan> FindRange(in RequestInput input, RowSpan limit)
    {
        var header = input.Method == "GET" ? RangeHeader.Parse(input.Headers.Range) : RowSpan.All;
        var range = limit.Upper == RowSpan.None.Upper ? RowSpan.None : header.Intersect(limit);
        if (range.IsEmpty && range != RowSpan.None) return header.IsEmpty ? RequestErrors.InvertedRange : RequestErrors.NegativeLimit;
        if (input.Method == "PUT" && range != RowSpan.All) return RequestErrors.LimitedPut;
        return range;
    }
}
