using System.Net.Http.Headers;
using Hedgerow.Tests.Integration.Cli;

namespace Hedgerow.Tests.Integration.Storage;

/// <summary>The platform is killed in the midst of uploads: every object is what it was or what it was to be, and what is left over is found.</summary>
public sealed class CrashTests
{
    private const int Names = 6;
    private const int Length = 3_000_000;

    [FilesFact]
    public async Task After_a_kill_every_object_is_the_old_one_or_the_new_one_and_what_is_left_over_is_removed()
    {
        using var state = new TemporaryState();
        for (var round = 0; round < 2; round++)
        {
            using var up = await HedgerowProcess.StartAsync("up", "--state", state.Path, "--port", "0");
            await up.ReadyAsync();
            using var client = await ClientAsync(state);
            if (round == 0) Assert.Equal("200", (await Support.Requests.SendAsync(client, "POST", "/storage/v1/bucket", new { name = "crash" })).Outcome());
            else await CheckAsync(client);

            // Some of each are done, under way, and to come.
            var finished = new TaskCompletionSource();
            var sent = 0;
            var uploads = Enumerable.Range(0, Names).Select(async i =>
            {
                for (var version = 0; ; version++)
                {
                    try
                    {
                        using var answer = await client.UploadAsync("crash", $"{i}", Body(version), upsert: true);
                        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
                        if (Interlocked.Increment(ref sent) == 3 * Names) finished.TrySetResult();
                    }
                    catch (HttpRequestException)
                    {
                        return; // killed
                    }
                }
            }).ToList();
            var first = await Task.WhenAny(finished.Task, Task.WhenAll(uploads));
            Assert.Same(finished.Task, first);
            up.Kill();
            await up.EndAsync();
            await Task.WhenAll(uploads);
        }

        var (exitCode, said) = await HedgerowProcess.RunAsync("storage", "reconcile", "--state", state.Path, "--verify", "--older-than", "0");
        Assert.True(exitCode == 0, said);
        Assert.Contains($"{Names} objects verified, 0 damaged", said, StringComparison.Ordinal);
        (exitCode, said) = await HedgerowProcess.RunAsync("storage", "reconcile", "--state", state.Path, "--older-than", "0");
        Assert.Contains($"{Names} stored versions, 0 without an object (0.0 MB) removed, 0 unfinished removed", said, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(Path.Combine(state.Path, "storage", "unfinished")));

        using var again = await HedgerowProcess.StartAsync("up", "--state", state.Path, "--port", "0");
        await again.ReadyAsync();
        using var reader = await ClientAsync(state);
        await CheckAsync(reader);
    }

    /// <summary>Every object is one of those that were sent, whole.</summary>
    private static async Task CheckAsync(HttpClient client)
    {
        for (var i = 0; i < Names; i++)
        {
            var bytes = await client.DownloadAsync("crash", $"{i}").BytesAsync();
            Assert.Equal(Length, bytes.Length);
            Assert.True(bytes.AsSpan().SequenceEqual(Body(BitConverter.ToInt32(bytes))), $"object {i} is a mixture");
        }
    }

    /// <summary>Says at its beginning which one it is; the rest follows from that.</summary>
    private static byte[] Body(int version)
    {
        var bytes = StorageWorld.Pattern(Length, version);
        BitConverter.TryWriteBytes(bytes, version);
        return bytes;
    }

    private static async Task<HttpClient> ClientAsync(TemporaryState state)
    {
        var status = await state.StatusAsync();
        var client = new HttpClient { BaseAddress = new Uri(status["API_URL"]) };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", status["SERVICE_ROLE_KEY"]);
        return client;
    }
}
