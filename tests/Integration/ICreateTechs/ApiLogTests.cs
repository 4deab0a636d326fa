using Hedgerow.Tests.Integration.Support;
namespace Hedgerow.Tests.Integration.ICreateTechs;

public sealed class ApiLogTests(ICreateTechsFixture fixture) : IClassFixture<ICreateTechsFixture>
{
    [Fact]
    public async Task IC_19_The_platform_writes_a_batch_and_each_user_reads_their_own_rows()
    {
        var workspace = await fixture.WorkspaceAsync();
        var gateway = new Person(fixture.Database, "authenticator");
        var batch = $$"""
            [{"user_id": "{{workspace.Member.Id}}", "endpoint": "/rest/v1/projects", "method": "GET", "status_code": 200, "duration_ms": 3,
              "ip_address": "203.0.113.9", "user_agent": "curl"},
             {"user_id": "{{workspace.Viewer.Id}}", "endpoint": "/rest/v1/files", "method": "GET", "status_code": 200},
             {"user_id": "{{Guid.NewGuid()}}", "endpoint": "/gone", "method": "GET", "status_code": 200},
             {"endpoint": "/rest/v1/", "method": "GET", "status_code": 401}]
            """;
        Assert.Equal(4, await gateway.ScalarAsync<int>("select hedgerow.log_requests($1::jsonb)", batch));
        Assert.Equal("/rest/v1/projects", await workspace.Member.ScalarAsync<string>("select endpoint from public.api_logs"));
        Assert.Equal(1L, await workspace.Member.ScalarAsync<long>("select count(*) from public.api_logs"));
        Assert.Equal(0L, await workspace.Owner.ScalarAsync<long>("select count(*) from public.api_logs"));
        await workspace.Anyone.RefusedAsync("42501", "select * from public.api_logs");
        await workspace.Owner.RefusedAsync("42501", "select hedgerow.log_requests('[]')");
    }

    [Fact]
    public async Task IC_19_Secrets_never_reach_the_log()
    {
        var workspace = await fixture.WorkspaceAsync();
        await workspace.Service.ExecuteAsync("select hedgerow.log_requests($1::jsonb)", $$"""
            [{"user_id": "{{workspace.Member.Id}}", "endpoint": "/auth/v1/verify?token=S3CR3T", "method": "POST", "status_code": 200,
              "user_agent": "app/1 eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJTM0NSM1QifQ.S3CR3T",
              "request_body": {"email": "a@example.com", "password": "S3CR3T", "nested": [{"refresh_token": "S3CR3T"}]},
              "response_body": {"access_token": "S3CR3T", "value_encrypted": "S3CR3T", "text": "use sk_live_S3CR3T0000000000"} }]
            """);
        var logged = await workspace.Member.ScalarAsync<string>("select to_jsonb(l)::text from public.api_logs as l");
        Assert.DoesNotContain("S3CR3T", logged, StringComparison.Ordinal);
        Assert.Contains("a@example.com", logged, StringComparison.Ordinal);
        Assert.Contains("/auth/v1/verify", logged, StringComparison.Ordinal);
    }

    [Fact]
    public async Task IC_19_The_log_is_append_only_even_for_service()
    {
        var workspace = await fixture.WorkspaceAsync();
        await workspace.Service.RefusedAsync("42501", "update public.api_logs set status_code = 200");
        await workspace.Service.RefusedAsync("42501", "delete from public.api_logs");
    }
}
