using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Xml.Linq;
using Amazon.S3;
using Amazon.S3.Model;
using Hedgerow.Tests.Integration.Support;

namespace Hedgerow.Tests.Integration.Storage;

/// <summary>Uploads by a browser's form (POST Object): as Amazon's client signs them, and as those who hold one would like to have it.</summary>
public sealed class S3FormTests(SharedPlatform shared) : IClassFixture<SharedPlatform>
{
    private readonly TestPlatform _platform = shared.Platform;

    [Fact]
    public async Task A_form_that_Amazons_client_signed_uploads_without_a_token()
    {
        var bucket = await _platform.BucketAsync();
        using var client = _platform.S3(_platform.ServiceKey);
        var signed = await client.CreatePresignedPostAsync(new CreatePresignedPostRequest
        {
            BucketName = bucket, Key = "in/a.txt", Expires = DateTime.UtcNow.AddMinutes(5),
            Fields = { ["Content-Type"] = "text/css", ["Cache-Control"] = "max-age=60", ["x-amz-meta-Answer"] = "42", ["acl"] = "public-read", ["success_action_status"] = "201" },
        });
        using var answer = await PostAsync(bucket, signed.Fields, "hello");
        var xml = XElement.Parse(await answer.Content.ReadAsStringAsync());
        Assert.Equal((HttpStatusCode.Created, bucket, "in/a.txt"), (answer.StatusCode, Text(xml, "Bucket"), Text(xml, "Key")));
        Assert.Equal($"\"{Convert.ToHexStringLower(MD5.HashData("hello"u8))}\"", answer.Headers.ETag!.Tag);
        Assert.EndsWith($"/storage/v1/s3/{bucket}/in/a.txt", answer.Headers.Location!.AbsoluteUri, StringComparison.Ordinal);

        using var found = await client.GetObjectAsync(bucket, "in/a.txt");
        Assert.Equal(("text/css", "max-age=60", "42"), (found.Headers.ContentType, found.Headers.CacheControl, found.Metadata["answer"]));
        Assert.Equal("hello", await new StreamReader(found.ResponseStream).ReadToEndAsync());
    }

    [Fact]
    public async Task A_form_answers_as_it_says_and_takes_the_name_of_its_file()
    {
        var bucket = await _platform.BucketAsync();
        (string, string)[] fields = [("key", "up/${filename}"), ("success_action_redirect", "https://bücher.example.test/done?a=b#end")];
        var conditions = """[{"bucket": "BUCKET"}, ["starts-with", "$key", "up/"], ["starts-with", "$success_action_redirect", "https://bücher.example.test/"]]""";
        using (var led = await PostAsync(bucket, Signed(bucket, conditions, fields), "x", @"C:\papers\ä b.txt"))
        {
            Assert.Equal(HttpStatusCode.SeeOther, led.StatusCode);
            Assert.StartsWith($"https://xn--bcher-kva.example.test/done?a=b&bucket={bucket}&key=up%2F%C3%A4%20b.txt&etag=%22", led.Headers.Location!.OriginalString, StringComparison.Ordinal);
            Assert.EndsWith("%22#end", led.Headers.Location.OriginalString, StringComparison.Ordinal);
        }
        Assert.Equal("x"u8.ToArray(), await _platform.Service.DownloadAsync(bucket, "up/ä b.txt").BytesAsync());
        using var quiet = await PostAsync(bucket, Signed(bucket, """[{"bucket": "BUCKET"}, {"key": "a"}]""", ("key", "a")), "");
        Assert.Equal((HttpStatusCode.NoContent, ""), (quiet.StatusCode, await quiet.Content.ReadAsStringAsync()));
        Assert.Empty(await _platform.Service.DownloadAsync(bucket, "a").BytesAsync());
    }

    [Theory]
    [InlineData("nowhere")]
    [InlineData("javascript:alert(1)")]
    [InlineData("http://-ä-.test/")]
    [InlineData("http://\u202e.test/")]
    [InlineData("http://xn--ä.test/")]
    public async Task A_form_that_leads_to_no_address_leads_nowhere(string address)
    {
        var bucket = await _platform.BucketAsync();
        using var answer = await PostAsync(
            bucket, Signed(bucket, """[{"bucket": "BUCKET"}, {"key": "a"}, ["starts-with", "$success_action_redirect", ""]]""", ("key", "a"), ("success_action_redirect", address)), "x");
        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        Assert.EndsWith($"/storage/v1/s3/{bucket}/a", answer.Headers.Location!.AbsoluteUri, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""[{"bucket": "BUCKET"}, {"key": "b"}]""", "403 AccessDenied")]
    [InlineData("""[{"bucket": "BUCKET"}, ["starts-with", "$key", "b"]]""", "403 AccessDenied")]
    [InlineData("""[{"bucket": "other"}, {"key": "a"}]""", "403 AccessDenied")]
    [InlineData("""[{"key": "a"}]""", "403 AccessDenied")]
    [InlineData("""[{"bucket": "BUCKET"}]""", "403 AccessDenied")]
    [InlineData("""[{"bucket": "BUCKET"}, {"key": "a"}, {"acl": "private"}]""", "403 AccessDenied")]
    [InlineData("""[{"bucket": "BUCKET"}, {"key": "a"}, ["content-length-range", 0, 4]]""", "413 EntityTooLarge")]
    [InlineData("""[{"bucket": "BUCKET"}, {"key": "a"}, ["content-length-range", 6, 9]]""", "400 EntityTooSmall")]
    [InlineData("""[{"bucket": "BUCKET"}, {"key": "a"}, ["content-length-range", 5, 5]]""", "200")]
    [InlineData("""[{"bucket": "BUCKET"}, ["eq", "$Key", "a"], ["content-length-range", "0", "5"]]""", "200")]
    [InlineData("""[{"bucket": "BUCKET"}, {"key": "a"}, ["ends-with", "$key", "a"]]""", "400 InvalidPolicyDocument")]
    [InlineData("""{"bucket": "BUCKET"}""", "400 InvalidPolicyDocument")]
    [InlineData("""[{"bucket": "BUCKET"}, {"key": "\ud800"}]""", "400 InvalidPolicyDocument")]
    [InlineData("""[{"bucket": "BUCKET", "key": "a"}]""", "400 InvalidPolicyDocument")]
    public async Task A_policy_says_what_a_form_may_hold(string conditions, string outcome)
    {
        var bucket = await _platform.BucketAsync();
        var stored = await _platform.StoredAsync();
        Assert.Equal(outcome, await OutcomeAsync(PostAsync(bucket, Signed(bucket, conditions, ("key", "a")), "12345")));
        if (outcome != "200") Assert.Equal(stored, await _platform.StoredAsync());
    }

    [Fact]
    public async Task Whoever_holds_a_form_changes_nothing_about_it()
    {
        var bucket = await _platform.BucketAsync();
        const string Conditions = """[{"bucket": "BUCKET"}, {"key": "a"}, {"content-type": "text/plain"}]""";
        Dictionary<string, string> Form() => Signed(bucket, Conditions, ("key", "a"), ("Content-Type", "text/plain"));
        async Task<string> With(string name, string? value)
        {
            var form = Form();
            if (value is null) form.Remove(name);
            else form[name] = value;
            return await OutcomeAsync(PostAsync(bucket, form, "x"));
        }

        var wider = Convert.ToBase64String(Encoding.UTF8.GetBytes($$"""{"expiration": "2099-01-01T00:00:00Z", "conditions": [["starts-with", "$key", ""], {"bucket": "{{bucket}}"}]}"""));
        Assert.Equal("403 SignatureDoesNotMatch", await With("Policy", wider));
        Assert.Equal("403 SignatureDoesNotMatch", await With("X-Amz-Signature", new string('0', 64)));
        Assert.Equal("400 InvalidArgument", await With("X-Amz-Signature", null));
        Assert.Equal("400 InvalidArgument", await With("X-Amz-Algorithm", "AWS4-ECDSA-P256-SHA256"));
        Assert.Equal("400 InvalidArgument", await With("Policy", null));
        Assert.Equal("403 InvalidAccessKeyId", await With("X-Amz-Security-Token", null));
        Assert.Equal("400 InvalidToken", await With("X-Amz-Security-Token", "forged"));
        Assert.Equal("403 AccessDenied", await With("key", "b"));
        Assert.Equal("403 AccessDenied", await With("key", null));
        Assert.Equal("403 AccessDenied", await With("Content-Type", "text/html"));
        Assert.Equal("403 AccessDenied", await With("x-amz-meta-extra", "x"));
        Assert.Equal("400 InvalidArgument", await With("KEY", "b"));
        Assert.Equal("200", await With("x-ignore-me", "x"));
        Assert.Equal("403 AccessDenied", await OutcomeAsync(PostAsync(bucket, new() { ["key"] = "a" }, "x")));
        Assert.Equal("403 AccessDenied", await OutcomeAsync(PostAsync(bucket, Signed(bucket, Conditions, TimeSpan.FromSeconds(-1), ("key", "a"), ("Content-Type", "text/plain")), "x")));
        Assert.Equal("400 MalformedPOSTRequest", await OutcomeAsync(PostAsync(bucket, Form(), null)));
    }

    [Fact]
    public async Task Policies_and_limits_of_the_bucket_hold_for_forms_too()
    {
        var bucket = await _platform.BucketAsync(new { file_size_limit = 10, allowed_mime_types = new[] { "text/*" } });
        const string Conditions = """[{"bucket": "BUCKET"}, ["starts-with", "$key", ""], ["starts-with", "$content-type", ""]]""";
        Task<HttpResponseMessage> Post(string token, string key, string type, string body)
        {
            var form = Signed(bucket, Conditions, ("key", key), ("Content-Type", type));
            form["X-Amz-Security-Token"] = token;
            return PostAsync(bucket, form, body);
        }

        Assert.Equal("413 EntityTooLarge", await OutcomeAsync(Post(_platform.ServiceKey, "a", "text/plain", "12345678901")));
        Assert.Equal("415 InvalidMimeType", await OutcomeAsync(Post(_platform.ServiceKey, "a", "image/png", "x")));
        Assert.Equal("400 InvalidKey", await OutcomeAsync(Post(_platform.ServiceKey, "a/../b", "text/plain", "x")));
        Assert.Equal("400 KeyTooLongError", await OutcomeAsync(Post(_platform.ServiceKey, new string('ä', 513), "text/plain", "x")));
        Assert.Equal("403 AccessDenied", await OutcomeAsync(Post((await _platform.SignUpAsync()).AccessToken, "a", "text/plain", "x")));
        Assert.Equal("200", await OutcomeAsync(Post(_platform.ServiceKey, "a", "text/plain", "1234567890")));
    }

    private static string? Text(XElement element, string name) => element.Elements().FirstOrDefault(child => child.Name.LocalName == name)?.Value;

    /// <summary>The status and S3's code, or <c>200</c>.</summary>
    private static async Task<string> OutcomeAsync(Task<HttpResponseMessage> sent)
    {
        using var answer = await sent;
        return answer.IsSuccessStatusCode ? "200" : $"{(int)answer.StatusCode} {Text(XElement.Parse(await answer.Content.ReadAsStringAsync()), "Code")}";
    }

    /// <param name="file">Null: the form has none.</param>
    private async Task<HttpResponseMessage> PostAsync(string bucket, Dictionary<string, string> fields, string? file, string name = "a.txt")
    {
        using var form = new MultipartFormDataContent();
        foreach (var (field, value) in fields) form.Add(new ByteArrayContent(Encoding.UTF8.GetBytes(value)), $"\"{field}\"");
        if (file is not null)
        {
            // By hand: HttpClient would encode the name as mail does.
            var content = new ByteArrayContent(Encoding.UTF8.GetBytes(file));
            content.Headers.TryAddWithoutValidation("Content-Disposition", $"form-data; name=\"file\"; filename*=UTF-8''{Uri.EscapeDataString(name)}");
            form.Add(content);
        }
        using var nobody = _platform.Client(null);
        using var handler = new HttpClientHandler { AllowAutoRedirect = false };
        using var client = new HttpClient(handler) { BaseAddress = nobody.BaseAddress };
        var answer = await client.PostAsync(new Uri($"/storage/v1/s3/{bucket}", UriKind.Relative), form);
        await answer.Content.LoadIntoBufferAsync();
        return answer;
    }

    private Dictionary<string, string> Signed(string bucket, string conditions, params (string Name, string Value)[] fields) => Signed(bucket, conditions, TimeSpan.FromMinutes(5), fields);

    /// <summary>A form that the service key's session signed.</summary>
    private Dictionary<string, string> Signed(string bucket, string conditions, TimeSpan lifetime, params (string Name, string Value)[] fields)
    {
        var now = DateTimeOffset.UtcNow;
        var policy = JsonSerializer.Serialize(new { expiration = (now + lifetime).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture) });
        policy = $"{policy[..^1]},\"conditions\":{conditions.Replace("BUCKET", bucket, StringComparison.Ordinal)}}}";
        var scope = $"{now:yyyyMMdd}/eu-1/s3/aws4_request";
        var encoded = Convert.ToBase64String(Encoding.UTF8.GetBytes(policy));
        var key = Encoding.UTF8.GetBytes("AWS4" + _platform.AnonKey);
        foreach (var step in scope.Split('/')) key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(step));
        var form = fields.ToDictionary(field => field.Name, field => field.Value);
        form["X-Amz-Algorithm"] = "AWS4-HMAC-SHA256";
        form["X-Amz-Credential"] = $"stub/{scope}";
        form["X-Amz-Date"] = now.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        form["X-Amz-Security-Token"] = _platform.ServiceKey;
        form["Policy"] = encoded;
        form["X-Amz-Signature"] = Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(encoded)));
        return form;
    }
}
