using Hedgerow.Tests.Integration.Support;

namespace Hedgerow.Tests.Integration.Storage;

/// <summary>iCreateTechs' bucket: whoever is in a workspace has its projects' files, by role.</summary>
public sealed class ProjectFilesTests(SharedPlatform shared) : IClassFixture<SharedPlatform>
{
    private const string Bucket = "project-files";

    private readonly TestPlatform _platform = shared.Platform;

    [Fact]
    public async Task Files_of_a_project_are_read_written_and_deleted_by_role()
    {
        var (project, people) = await ProjectAsync();
        var name = $"{project}/big.bin";
        foreach (var (role, outcome) in new[] { ("viewer", "AccessDenied 403"), ("stranger", "AccessDenied 403"), ("member", "200") })
            Assert.Equal(outcome, await people[role].Http.UploadAsync(Bucket, name, StorageWorld.Text("bytes")).OutcomeAsync());
        foreach (var (role, outcome) in new[] { ("viewer", "200"), ("member", "200"), ("admin", "200"), ("stranger", "NoSuchKey 404") })
        {
            Assert.Equal(outcome, await people[role].Http.DownloadAsync(Bucket, name).OutcomeAsync());
            var list = await people[role].Http.SendAsync("POST", $"/storage/v1/object/list/{Bucket}", new { prefix = project });
            Assert.Equal(outcome == "200" ? 1 : 0, list.Json.GetArrayLength());
        }
        Assert.Equal("AccessDenied 403", await people["viewer"].Http.UploadAsync(Bucket, name, StorageWorld.Text("x"), upsert: true).OutcomeAsync());
        Assert.Equal("200", await people["member"].Http.UploadAsync(Bucket, name, StorageWorld.Text("new"), upsert: true).OutcomeAsync());
        Assert.Equal("AccessDenied 403", await people["member"].Http.UploadAsync(Bucket, "no-project/x", StorageWorld.Text("x")).OutcomeAsync());
        Assert.Equal("NoSuchKey 404", (await people["member"].Http.SendAsync("DELETE", $"/storage/v1/object/{Bucket}/{name}")).Outcome());
        Assert.Equal("200", (await people["admin"].Http.SendAsync("DELETE", $"/storage/v1/object/{Bucket}/{name}")).Outcome());
    }

    [Fact]
    public async Task A_file_in_storage_has_its_objects_size_and_takes_it_with_it()
    {
        var (project, people) = await ProjectAsync();
        var member = people["member"].Http;
        var name = $"{project}/video.mp4";
        async Task<Answer> PointAsync(string at, string path) => await member.SendAsync(
            "POST", "/rest/v1/files", new { project_id = project, path, type = "file", storage_path = at }, ("Prefer", "return=representation"));

        Assert.Equal(409, (await PointAsync(name, "video.mp4")).Status);
        Assert.Equal("200", await member.UploadAsync(Bucket, name, new byte[1234], type: "video/mp4").OutcomeAsync());
        Assert.Equal(400, (await PointAsync("elsewhere/video.mp4", "video.mp4")).Status);
        var file = (await PointAsync(name, "video.mp4")).Json[0];
        Assert.Equal((1234, "video/mp4"), (file.GetProperty("size_bytes").GetInt32(), file.GetProperty("mime_type").GetString()));

        Assert.Equal("200", await member.UploadAsync(Bucket, name, new byte[2000], upsert: true, type: "video/mp4").OutcomeAsync());
        Assert.Equal(2000, (await member.SendAsync("GET", $"/rest/v1/files?id=eq.{file.GetProperty("id")}")).Json[0].GetProperty("size_bytes").GetInt32());
        Assert.Equal("InvalidRequest 409", (await people["admin"].Http.SendAsync("DELETE", $"/storage/v1/object/{Bucket}/{name}")).Outcome());

        Assert.Equal(204, (await people["admin"].Http.SendAsync("DELETE", $"/rest/v1/files?id=eq.{file.GetProperty("id")}")).Status);
        Assert.Equal("NoSuchKey 404", await member.DownloadAsync(Bucket, name).OutcomeAsync());
    }

    private async Task<(string Project, Dictionary<string, TestUser> People)> ProjectAsync()
    {
        var people = new Dictionary<string, TestUser>();
        foreach (var role in new[] { "owner", "admin", "member", "viewer", "stranger" }) people[role] = await _platform.SignUpAsync();
        var slug = $"w-{Guid.NewGuid():N}"[..20];
        var made = await people["owner"].Http.SendAsync("POST", "/rest/v1/workspaces", new { name = "W", slug }, ("Prefer", "return=representation"));
        var workspace = made.Json[0].GetProperty("id").GetGuid();
        foreach (var role in new[] { "admin", "member", "viewer" })
            await _platform.Database.ExecuteAsync("insert into public.workspace_members (workspace_id, user_id, role) values ($1, $2, $3)", workspace, people[role].Id, role);
        var project = await people["owner"].Http.SendAsync("POST", "/rest/v1/projects", new { workspace_id = workspace, name = "P", slug = "p" }, ("Prefer", "return=representation"));
        Assert.True(project.Status == 201, project.Json.ToString());
        return (project.Json[0].GetProperty("id").GetString()!, people);
    }
}
