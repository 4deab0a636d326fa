using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Hedgerow.Storage.Backends;
using Hedgerow.Storage.Reconcile;
using Hedgerow.Tests.Integration.Support;

namespace Hedgerow.Tests.Integration.Storage;

/// <summary>Storage's requests in one line, and a look behind them.</summary>
internal static class StorageWorld
{
    /// <summary>A bucket of the test's own.</summary>
    public static async Task<string> BucketAsync(this TestPlatform platform, object? settings = null)
    {
        var id = $"bucket-{Guid.NewGuid():N}";
        var body = JsonSerializer.SerializeToNode(settings ?? new { })!.AsObject();
        body["name"] = id;
        var answer = await platform.Service.SendAsync("POST", "/storage/v1/bucket", body.ToJsonString());
        Assert.True(answer.Status == 200, answer.Json.ToString());
        return id;
    }

    /// <summary>Uploads bytes as a raw body.</summary>
    public static Task<HttpResponseMessage> UploadAsync(
        this HttpClient client, string bucket, string name, byte[] bytes, bool upsert = false, string type = "application/octet-stream", params (string Name, string Value)[] headers) =>
        client.UploadAsync(bucket, name, new ByteArrayContent(bytes), upsert, type, headers);

    /// <inheritdoc cref="UploadAsync(HttpClient, string, string, byte[], bool, string, ValueTuple{string, string}[])"/>
    public static Task<HttpResponseMessage> UploadAsync(
        this HttpClient client, string bucket, string name, HttpContent content, bool upsert = false, string type = "application/octet-stream", params (string Name, string Value)[] headers)
    {
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        var request = new HttpRequestMessage(HttpMethod.Post, $"/storage/v1/object/{bucket}/{name}") { Content = content };
        if (upsert) request.Headers.Add("x-upsert", "true");
        foreach (var (header, value) in headers) request.Headers.TryAddWithoutValidation(header, value);
        return client.SendAsync(request);
    }

    public static Task<HttpResponseMessage> DownloadAsync(this HttpClient client, string bucket, string name, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, $"/storage/v1/object/{bucket}/{name}");
        foreach (var (header, value) in headers) request.Headers.TryAddWithoutValidation(header, value);
        return client.SendAsync(request);
    }

    /// <summary>The error's <c>code</c> and <c>statusCode</c>, or <c>200</c>.</summary>
    public static async Task<string> OutcomeAsync(this Task<HttpResponseMessage> sent)
    {
        using var response = await sent;
        if (response.IsSuccessStatusCode) return "200";
        var body = JsonSerializer.Deserialize<JsonElement>(await response.Content.ReadAsStringAsync());
        return $"{body.GetProperty("code").GetString()} {body.GetProperty("statusCode").GetString()}";
    }

    /// <summary>The same for an answer that was read.</summary>
    public static string Outcome(this Answer answer) =>
        answer.Status < 300 ? "200" : $"{answer["code"]} {answer["statusCode"]}";

    public static async Task<byte[]> BytesAsync(this Task<HttpResponseMessage> sent)
    {
        using var response = await sent;
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        return await response.Content.ReadAsByteArrayAsync();
    }

    /// <summary>Bytes that differ from place to place.</summary>
    public static byte[] Pattern(int length, int seed = 1)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    public static byte[] Text(string text) => Encoding.UTF8.GetBytes(text);

    /// <summary>How many versions the platform's store holds.</summary>
    public static async Task<int> StoredAsync(this TestPlatform platform)
    {
        var count = 0;
        await foreach (var _ in platform.Room<IObjectBackend>().ListAsync(CancellationToken.None)) count++;
        return count;
    }

    public static Task<ReconcileReport> ReconcileAsync(this TestPlatform platform, ReconcilePlan? plan = null) =>
        platform.Room<Reconciler>().RunAsync(plan ?? new ReconcilePlan(TimeSpan.Zero, FindsMissing: true, Verifies: true), null, CancellationToken.None);

    /// <summary>The version that a name points at.</summary>
    public static async Task<VersionKey> VersionAsync(this TestPlatform platform, string bucket, string name) =>
        VersionKey.Parse(await platform.Database.ScalarAsync<string>("select version from storage.objects where bucket_id = $1 and name = $2", bucket, name))
        ?? throw new InvalidOperationException("there is no such object");
}
