using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Hedgerow.Postgres;
using Microsoft.Extensions.Logging;

namespace Hedgerow.Auth.External.Http;

/// <summary>A provider's answer: JSON, whatever its status.</summary>
public sealed record ProviderAnswer(HttpStatusCode Status, JsonElement Json)
{
    public bool IsSuccess => (int)Status is >= 200 and < 300;
}

/// <summary>
/// Speaks to providers: within a time, up to a size, and never after a redirect. What goes wrong on their side is logged for the operator and
/// becomes a refusal for the person.
/// </summary>
/// <param name="http">Follows no redirects.</param>
/// <param name="mayBeInsecure">Which addresses may be <c>http</c>.</param>
public sealed class ProviderClient(HttpClient http, Func<Uri, bool> mayBeInsecure, ILogger logger)
{
    /// <summary>Longest answer taken, in bytes. Key sets and profiles have a few thousand.</summary>
    public const int MaxAnswerBytes = 512 * 1024;

    private static readonly JsonDocumentOptions s_shallow = new() { MaxDepth = 32, AllowDuplicateProperties = false };

    /// <summary>A resource. Anything but success is a refusal.</summary>
    public async Task<Result<ProviderAnswer>> GetAsync(string url, string? bearer, CancellationToken cancellation)
    {
        if (ProviderUrl.Flaw(url, mayBeInsecure) is { } flaw) return Refuse(url, flaw);
        using var request = new HttpRequestMessage(HttpMethod.Get, url);
        if (bearer is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", bearer);
        if (!(await SendAsync(request, cancellation)).Ok(out var answer, out var error)) return error;
        return answer.IsSuccess ? answer : Refuse(url, $"it answered {(int)answer.Status}");
    }

    /// <summary>Posts a form. OAuth says with 400 and 401 what it refuses (RFC 6749, 5.2): that is an answer too.</summary>
    public async Task<Result<ProviderAnswer>> PostAsync(
        string url, IEnumerable<KeyValuePair<string, string>> form, AuthenticationHeaderValue? authorization, CancellationToken cancellation)
    {
        if (ProviderUrl.Flaw(url, mayBeInsecure) is { } flaw) return Refuse(url, flaw);
        using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new FormUrlEncodedContent(form) };
        request.Headers.Authorization = authorization;
        return await SendAsync(request, cancellation);
    }

    private async Task<Result<ProviderAnswer>> SendAsync(HttpRequestMessage request, CancellationToken cancellation)
    {
        var url = request.RequestUri!.GetLeftPart(UriPartial.Path);
        request.Headers.Accept.ParseAdd("application/json");
        request.Headers.UserAgent.ParseAdd("Hedgerow"); // GitHub refuses requests without one
        try
        {
            using var response = await http.SendAsync(request, cancellation);
            if ((int)response.StatusCode is >= 300 and < 400) return Refuse(url, $"it redirects ({(int)response.StatusCode})");
            using var json = UnicodeJson.Parse(await response.Content.ReadAsByteArrayAsync(cancellation), s_shallow);
            return new ProviderAnswer(response.StatusCode, json.RootElement.Clone());
        }
        catch (JsonException)
        {
            return Refuse(url, "its answer is not JSON");
        }
        catch (HttpRequestException e)
        {
            return Refuse(url, e.Message);
        }
        catch (TaskCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return Refuse(url, "it takes too long");
        }
    }

    private ApiError Refuse(string url, string reason)
    {
        // Neither query nor body: codes and tokens stand there.
        ExternalLog.ProviderFailed(logger, url.Split('?')[0], reason);
        return ExternalErrors.Unreachable;
    }
}
