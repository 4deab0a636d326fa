using Hedgerow.Auth.Tokens;
using Hedgerow.Tests.Integration.Support;

namespace Hedgerow.Tests.Integration.Storage;

/// <summary>Who may do what is decided by the policies on storage.buckets and storage.objects.</summary>
public sealed class AccessTests(SharedPlatform shared) : IClassFixture<SharedPlatform>
{
    private readonly TestPlatform _platform = shared.Platform;

    [Fact]
    public async Task A_policy_lets_people_into_their_own_folder_and_no_other()
    {
        var bucket = await _platform.BucketAsync();
        await _platform.Database.ExecuteAsync($"""
            create policy "own folder {bucket}" on storage.objects for all to authenticated
              using (bucket_id = '{bucket}' and (storage.foldername(name))[1] = (select auth.uid())::text)
            """);
        var (ann, bob) = (await _platform.SignUpAsync(), await _platform.SignUpAsync());
        var hers = $"{ann.Id}/a.txt";

        Assert.Equal("200", await ann.Http.UploadAsync(bucket, hers, StorageWorld.Text("hers")).OutcomeAsync());
        Assert.Equal("AccessDenied 403", await ann.Http.UploadAsync(bucket, $"{bob.Id}/a.txt", StorageWorld.Text("x")).OutcomeAsync());
        Assert.Equal("AccessDenied 403", await ann.Http.UploadAsync(bucket, "a.txt", StorageWorld.Text("x")).OutcomeAsync());
        Assert.Equal("hers"u8.ToArray(), await ann.Http.DownloadAsync(bucket, hers).BytesAsync());

        Assert.Equal("NoSuchKey 404", await bob.Http.DownloadAsync(bucket, hers).OutcomeAsync());
        Assert.Equal("AccessDenied 403", await bob.Http.UploadAsync(bucket, hers, StorageWorld.Text("his"), upsert: true).OutcomeAsync());
        Assert.Equal("NoSuchKey 404", (await bob.Http.SendAsync("DELETE", $"/storage/v1/object/{bucket}/{hers}")).Outcome());
        Assert.Equal("NoSuchKey 404", (await bob.Http.SendAsync("POST", "/storage/v1/object/move", new { bucketId = bucket, sourceKey = hers, destinationKey = $"{bob.Id}/b" })).Outcome());
        Assert.Equal("AccessDenied 403", (await ann.Http.SendAsync("POST", "/storage/v1/object/move", new { bucketId = bucket, sourceKey = hers, destinationKey = $"{bob.Id}/b" })).Outcome());
        Assert.Equal("AccessDenied 403", (await ann.Http.SendAsync("POST", "/storage/v1/object/copy", new { bucketId = bucket, sourceKey = hers, destinationKey = $"{bob.Id}/b" })).Outcome());
        Assert.Equal(0, (await bob.Http.SendAsync("POST", $"/storage/v1/object/list/{bucket}", new { prefix = "" })).Json.GetArrayLength());
        Assert.Equal(1, (await ann.Http.SendAsync("POST", $"/storage/v1/object/list/{bucket}", new { prefix = "" })).Json.GetArrayLength());
        Assert.Equal("hers"u8.ToArray(), await ann.Http.DownloadAsync(bucket, hers).BytesAsync());
        Assert.Equal(ann.Id.ToString(), await _platform.Database.ScalarAsync<string>("select owner_id from storage.objects where name = $1", hers));
    }

    [Fact]
    public async Task A_policy_sees_what_is_uploaded_and_by_which_operation()
    {
        var bucket = await _platform.BucketAsync();
        await _platform.Database.ExecuteAsync($"""
            create policy "small images {bucket}" on storage.objects for insert to authenticated with check (
              bucket_id = '{bucket}' and metadata ->> 'mimetype' = 'image/png' and (metadata ->> 'contentLength')::int < 10
              and user_metadata ->> 'album' = 'a' and storage.operation() = 'storage.object.upload')
            """);
        var ann = await _platform.SignUpAsync();
        var metadata = ("x-metadata", Convert.ToBase64String("""{"album":"a"}"""u8));
        Assert.Equal("200", await ann.Http.UploadAsync(bucket, "a.png", new byte[9], type: "image/png", headers: metadata).OutcomeAsync());
        Assert.Equal("AccessDenied 403", await ann.Http.UploadAsync(bucket, "b.png", new byte[10], type: "image/png", headers: metadata).OutcomeAsync());
        Assert.Equal("AccessDenied 403", await ann.Http.UploadAsync(bucket, "c.png", new byte[9], type: "image/gif", headers: metadata).OutcomeAsync());
        Assert.Equal("AccessDenied 403", await ann.Http.UploadAsync(bucket, "d.png", new byte[9], type: "image/png").OutcomeAsync());
    }

    [Fact]
    public async Task A_policy_asks_how_deep_a_name_lies_and_what_is_done_with_it()
    {
        var bucket = await _platform.BucketAsync();
        await _platform.Database.ExecuteAsync($"""
            create policy "two deep {bucket}" on storage.objects for insert to authenticated
              with check (bucket_id = '{bucket}' and storage.get_level(name) = 2 and storage.get_prefix(name) = 'in' and storage.get_prefixes(name) = array['in']);
            create policy "downloads only {bucket}" on storage.objects for select to authenticated
              using (bucket_id = '{bucket}' and storage.allow_only_operation('object.get_authenticated'));
            """);
        var ann = await _platform.SignUpAsync();
        Assert.Equal("200", await ann.Http.UploadAsync(bucket, "in/a.txt", StorageWorld.Text("x")).OutcomeAsync());
        Assert.Equal("AccessDenied 403", await ann.Http.UploadAsync(bucket, "a.txt", StorageWorld.Text("x")).OutcomeAsync());
        Assert.Equal("AccessDenied 403", await ann.Http.UploadAsync(bucket, "in/deep/a.txt", StorageWorld.Text("x")).OutcomeAsync());
        Assert.Equal("200", await ann.Http.DownloadAsync(bucket, "in/a.txt").OutcomeAsync());
        Assert.Equal("NoSuchKey 404", (await ann.Http.SendAsync("POST", $"/storage/v1/object/sign/{bucket}/in/a.txt", new { expiresIn = 60 })).Outcome());
        Assert.Equal(0, (await ann.Http.SendAsync("POST", $"/storage/v1/object/list/{bucket}", new { prefix = "in" })).Json.GetArrayLength());
    }

    [Theory]
    [InlineData("a.txt", 1, "", "")]
    [InlineData("x/y/a.txt", 3, "x/y", "x,x/y")]
    [InlineData("x/y/", 3, "x", "x,x/y")]
    public async Task Names_are_taken_apart_as_Supabase_does(string name, int level, string prefix, string prefixes) => Assert.Equal(
        $"{level} {prefix} {prefixes}",
        await _platform.Database.ScalarAsync<string>("select format('%s %s %s', storage.get_level($1), storage.get_prefix($1), array_to_string(storage.get_prefixes($1), ','))", name));

    [Theory]
    [InlineData("GET", "bucket")]
    [InlineData("POST", "bucket")]
    [InlineData("GET", "bucket/x")]
    [InlineData("PUT", "bucket/x")]
    [InlineData("DELETE", "bucket/x")]
    [InlineData("POST", "bucket/x/empty")]
    [InlineData("POST", "object/x/a.txt")]
    [InlineData("PUT", "object/x/a.txt")]
    [InlineData("DELETE", "object/x/a.txt")]
    [InlineData("DELETE", "object/x")]
    [InlineData("GET", "object/authenticated/x/a.txt")]
    [InlineData("GET", "object/info/authenticated/x/a.txt")]
    [InlineData("GET", "render/image/authenticated/x/a.png")]
    [InlineData("DELETE", "cdn/x/a.txt")]
    [InlineData("POST", "object/list/x")]
    [InlineData("POST", "object/list-v2/x")]
    [InlineData("POST", "object/move")]
    [InlineData("POST", "object/copy")]
    [InlineData("POST", "object/sign/x")]
    [InlineData("POST", "object/sign/x/a.txt")]
    [InlineData("POST", "object/upload/sign/x/a.txt")]
    public async Task Without_a_token_or_with_a_forged_one_nothing_is_answered(string method, string path)
    {
        using var nobody = _platform.Client(null);
        Assert.Equal("InvalidRequest 400", (await nobody.SendAsync(method, $"/storage/v1/{path}", "{}")).Outcome());
        var forged = new JwtSigner(JwtKeySet.From(new JwtOptions { Secret = "a secret that somebody else made up, long enough" }));
        using var forger = _platform.Client(ApiKeys.Mint(forged, "service_role", DateTimeOffset.UtcNow));
        Assert.Equal("AccessDenied 403", (await forger.SendAsync(method, $"/storage/v1/{path}", "{}")).Outcome());
    }

    [Fact]
    public async Task The_whole_authorization_header_is_the_token_where_no_scheme_stands_before_it()
    {
        var bucket = await _platform.BucketAsync();
        await _platform.Database.ExecuteAsync($"""create policy "all {bucket}" on storage.objects for all to authenticated using (bucket_id = '{bucket}')""");
        var ann = await _platform.SignUpAsync();
        using var nobody = _platform.Client(null);
        Task<Answer> Send(string path, string authorization, string? key = null) =>
            nobody.SendAsync("GET", path, null, key is null ? [("Authorization", authorization)] : [("Authorization", authorization), ("apikey", key)]);
        async Task<string> Refusal(string path, string authorization) => await Send(path, authorization) is var answer && answer.Status >= 400 ? $"{answer.Outcome()} {answer["message"]}" : "200";

        Assert.Equal("200", await nobody.UploadAsync(bucket, "a", StorageWorld.Text("a"), headers: ("Authorization", ann.AccessToken)).OutcomeAsync());
        Assert.Equal(ann.Id.ToString(), await _platform.Database.ScalarAsync<string>("select owner_id from storage.objects where bucket_id = $1", bucket));
        Assert.Equal("200", (await Send($"/storage/v1/object/{bucket}/a", ann.AccessToken)).Outcome());
        Assert.Equal("200", (await Send($"/storage/v1/bucket/{bucket}", _platform.ServiceKey)).Outcome());
        // It goes before the apikey, as with its scheme.
        Assert.Equal("NoSuchBucket 404", (await Send($"/storage/v1/bucket/{bucket}", ann.AccessToken, _platform.ServiceKey)).Outcome());

        var forged = ApiKeys.Mint(new JwtSigner(JwtKeySet.From(new JwtOptions { Secret = "a secret that somebody else made up, long enough" })), "service_role", DateTimeOffset.UtcNow);
        Assert.Equal("AccessDenied 403 signature verification failed", await Refusal("/storage/v1/bucket", forged));
        foreach (var none in new[] { "nonsense", "Basic YTpi", "AWS4-HMAC-SHA256 Credential=stub/20260101/eu-1/s3/aws4_request, SignedHeaders=host, Signature=0" })
            Assert.Equal("AccessDenied 403 Invalid Compact JWS", await Refusal("/storage/v1/bucket", none));
        Assert.Equal("NoSuchBucket 404 Bucket not found", await Refusal($"/storage/v1/object/{bucket}/a", forged));
        // A proxy's own password in front of the platform says nothing about who asks.
        Assert.Equal("200", (await Send($"/storage/v1/bucket/{bucket}", "Basic YTpi", _platform.ServiceKey)).Outcome());

        // Elsewhere it is no token, as on Supabase.
        Assert.Equal(401, (await Send("/auth/v1/user", ann.AccessToken)).Status);
        Assert.Equal((await nobody.SendAsync("GET", "/rest/v1/workspaces")).Json.GetRawText(), (await Send("/rest/v1/workspaces", forged)).Json.GetRawText());
    }

    [Theory]
    [InlineData("GET", "version", 200)]
    [InlineData("HEAD", "version", 200)]
    [InlineData("GET", "status", 200)]
    [InlineData("HEAD", "status", 200)]
    [InlineData("GET", "versions", 404)]
    public async Task Which_server_this_is_and_that_it_runs_is_told_to_anybody(string method, string path, int status)
    {
        using var nobody = _platform.Client(null);
        using var answer = await nobody.SendAsync(new HttpRequestMessage(new HttpMethod(method), $"/storage/v1/{path}"));
        Assert.Equal(status, (int)answer.StatusCode);
        if ((method, path) == ("GET", "version")) Assert.Matches(@"^\d+\.\d+\.\d+$", await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Without_a_token_only_public_buckets_exist()
    {
        var (open, closed) = (await _platform.BucketAsync(new { @public = true }), await _platform.BucketAsync());
        foreach (var bucket in new[] { open, closed }) Assert.Equal("200", await _platform.Service.UploadAsync(bucket, "a.txt", StorageWorld.Text("a")).OutcomeAsync());
        using var nobody = _platform.Client(null);
        foreach (var kind in new[] { "", "public/", "info/", "info/public/" })
        {
            Assert.Equal("200", (await nobody.SendAsync("GET", $"/storage/v1/object/{kind}{open}/a.txt")).Outcome());
            Assert.Equal("NoSuchBucket 404", (await nobody.SendAsync("GET", $"/storage/v1/object/{kind}{closed}/a.txt")).Outcome());
            Assert.Equal("NoSuchKey 404", (await nobody.SendAsync("GET", $"/storage/v1/object/{kind}{open}/b.txt")).Outcome());
        }
        Assert.Equal("NoSuchBucket 404", (await _platform.Service.SendAsync("GET", $"/storage/v1/object/public/{closed}/a.txt")).Outcome());
    }

    [Fact]
    public async Task A_token_whose_role_storage_may_not_become_is_refused()
    {
        var signer = new JwtSigner(JwtKeySet.From(new JwtOptions { Secret = TestPlatform.JwtSecret }));
        foreach (var role in new[] { "postgres", "hedgerow_admin", "nobody_at_all" })
        {
            using var client = _platform.Client(ApiKeys.Mint(signer, role, DateTimeOffset.UtcNow));
            Assert.Equal("AccessDenied 403", (await client.SendAsync("GET", "/storage/v1/bucket")).Outcome());
        }
    }

    [Fact]
    public async Task Whoever_sees_objects_but_may_not_remove_them_cannot_empty_the_bucket()
    {
        var bucket = await _platform.BucketAsync();
        await _platform.Database.ExecuteAsync($"""
            create policy "see {bucket}" on storage.objects for select to authenticated using (bucket_id = '{bucket}');
            create policy "see bucket {bucket}" on storage.buckets for select to authenticated using (id = '{bucket}');
            create policy "remove some {bucket}" on storage.objects for delete to authenticated using (bucket_id = '{bucket}' and name like 'a/%');
            """);
        foreach (var name in new[] { "a/1", "a/2", "b/1" }) Assert.Equal("200", await _platform.Service.UploadAsync(bucket, name, StorageWorld.Text(name)).OutcomeAsync());
        var ann = await _platform.SignUpAsync();
        Assert.Equal("AccessDenied 403", (await ann.Http.SendAsync("POST", $"/storage/v1/bucket/{bucket}/empty")).Outcome());
        Assert.Equal("b/1", await _platform.Database.ScalarAsync<string>("select string_agg(name, ',') from storage.objects where bucket_id = $1", bucket));
    }
}
