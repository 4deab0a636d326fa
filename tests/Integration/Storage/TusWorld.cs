using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using Hedgerow.Tests.Integration.Support;

namespace Hedgerow.Tests.Integration.Storage;

/// <summary>What came of a request of the TUS protocol.</summary>
/// <param name="Offset">Upload-Offset.</param>
/// <param name="Text">The body: why it was refused.</param>
internal sealed record TusAnswer(int Status, long? Offset, string? Location, string Text, HttpResponseHeaders Headers)
{
    public string? Header(string name) => Headers.TryGetValues(name, out var values) ? string.Join(",", values) : null;
}

/// <summary>The TUS protocol's requests in one line, as the protocol has them; the official client's suite is in tests/Clients.</summary>
internal static class TusWorld
{
    public const string Path = "/storage/v1/upload/resumable";

    public static string Metadata(string bucket, string name, params (string Key, string Value)[] more) =>
        string.Join(',', new[] { ("bucketName", bucket), ("objectName", name) }.Concat(more).Select(pair => $"{pair.Item1} {Convert.ToBase64String(Encoding.UTF8.GetBytes(pair.Item2))}"));

    /// <summary>Sends a request; headers given as null are left out.</summary>
    public static async Task<TusAnswer> TusAsync(
        this HttpClient client, string method, string path, HttpContent? body = null, params (string Name, string? Value)[] headers)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = body };
        if (!headers.Any(header => header.Name == "Tus-Resumable")) request.Headers.Add("Tus-Resumable", "1.0.0");
        foreach (var (name, value) in headers)
            if (value is not null) request.Headers.TryAddWithoutValidation(name, value);
        using var response = await client.SendAsync(request);
        var offset = response.Headers.TryGetValues("Upload-Offset", out var offsets) ? long.Parse(offsets.Single(), CultureInfo.InvariantCulture) : (long?)null;
        // The platform's public address leads nowhere in the tests.
        var location = response.Headers.Location is { } url ? (url.IsAbsoluteUri ? url.AbsolutePath : url.ToString()) : null;
        return new TusAnswer((int)response.StatusCode, offset, location, await response.Content.ReadAsStringAsync(), response.Headers);
    }

    /// <summary>Begins an upload that must be allowed; its path.</summary>
    public static async Task<string> BeginAsync(
        this HttpClient client, string bucket, string name, long? length, bool upsert = false, params (string Name, string? Value)[] headers)
    {
        var answer = await client.TusAsync("POST", Path, null,
        [
            ("Upload-Metadata", Metadata(bucket, name, ("contentType", "text/plain"), ("cacheControl", "60"))),
            ("Upload-Length", length?.ToString(CultureInfo.InvariantCulture)), ("Upload-Defer-Length", length is null ? "1" : null), ("x-upsert", upsert ? "true" : null), .. headers,
        ]);
        Assert.True(answer.Status == 201, $"{answer.Status} {answer.Text}");
        return answer.Location!;
    }

    public static Task<TusAnswer> PatchAsync(this HttpClient client, string upload, long offset, ReadOnlyMemory<byte> bytes, params (string Name, string? Value)[] headers) =>
        client.TusAsync("PATCH", upload, Bytes(bytes), [("Upload-Offset", offset.ToString(CultureInfo.InvariantCulture)), .. headers]);

    public static HttpContent Bytes(ReadOnlyMemory<byte> bytes)
    {
        var body = new ReadOnlyMemoryContent(bytes);
        body.Headers.ContentType = new MediaTypeHeaderValue("application/offset+octet-stream");
        return body;
    }

    public static Task<TusAnswer> HeadAsync(this HttpClient client, string upload) => client.TusAsync("HEAD", upload);

    /// <summary>Everything in one upload, so many bytes at a time; the answer to the last.</summary>
    public static async Task<TusAnswer> SendAllAsync(this HttpClient client, string upload, byte[] bytes, int chunk, int offset = 0)
    {
        TusAnswer answer;
        do
        {
            var next = Math.Min(chunk, bytes.Length - offset);
            answer = await client.PatchAsync(upload, offset, bytes.AsMemory(offset, next));
            Assert.True(answer.Status == 204, $"{answer.Status} {answer.Text}");
            offset += next;
            Assert.Equal(offset, answer.Offset);
        }
        while (offset < bytes.Length);
        return answer;
    }

    /// <summary>How many uploads the database knows.</summary>
    public static Task<long> UploadsAsync(this TestPlatform platform) => platform.Database.ScalarAsync<long>("select count(*) from storage.resumable_uploads");
}
