using Hedgerow.Postgres;
using Hedgerow.Rest;
using Hedgerow.Rest.Request;
using Microsoft.AspNetCore.Http;

namespace Hedgerow.Tests.Unit.Rest;

/// <summary>Sends a request through the parser alone, as a test writes it.</summary>
internal static class Parsing
{
    public static readonly RestOptions Options = new() { Schemas = "test", TxEnd = "commit-allow-override" };

    public static Result<ApiRequest> Request(
        string method, string target, string body = "", RestOptions? options = null, params (string Name, string Value)[] headers)
    {
        var question = target.IndexOf('?', StringComparison.Ordinal);
        var sent = new HeaderDictionary();
        foreach (var (name, value) in headers) sent.Append(name, value);
        return new ApiRequestParser(options ?? Options).Parse(
            new RequestInput
            {
                Method = method,
                RawPath = question < 0 ? target : target[..question],
                RawQuery = question < 0 ? "" : target[question..],
                Headers = sent,
                Body = System.Text.Encoding.UTF8.GetBytes(body),
            },
            new Caller("anon", "{}"));
    }

    public static ApiRequest Parsed(string method, string target, string body = "", RestOptions? options = null, params (string Name, string Value)[] headers)
    {
        Assert.True(Request(method, target, body, options, headers).Ok(out var request, out var error), error?.Message + " " + error?.Details);
        return request!;
    }

    public static ApiError Refused(string method, string target, string body = "", RestOptions? options = null, params (string Name, string Value)[] headers)
    {
        Assert.False(Request(method, target, body, options, headers).Ok(out _, out var error), $"{method} {target} was accepted");
        return error!;
    }

    public static Hedgerow.Rest.Request.QueryString Query(string query) => Parsed("GET", "/items?" + query).Query;
}
