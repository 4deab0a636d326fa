namespace Hedgerow.Cli.Seed.Tables;

/// <summary>Programs run in the sandbox, the job queue and the log of requests.</summary>
public static class Infrastructure
{
    private static readonly (string Type, string Name)[] Work =
    [
        ("ai_processing", "summarise-conversation"), ("code_execution", "run-sandbox"), ("file_processing", "scan-upload"),
        ("sync", "pull-repository"), ("cleanup", "expire-analyses"),
    ];
    private static readonly string[] Endpoints =
    [
        "/rest/v1/projects", "/rest/v1/messages", "/rest/v1/files", "/rest/v1/conversations", "/rest/v1/workspace_members", "/rest/v1/rpc/plan_usage", "/auth/v1/token", "/auth/v1/user",
    ];

    /// <summary>Who ran a program, where and when.</summary>
    public static (int Project, int User, DateTime At) RunAt(World world, int index)
    {
        var dice = Dice.For(Seeded.CodeExecution, index);
        var project = dice.Below(world.Plan.Projects);
        var (user, at) = world.Act(project, ref dice);
        return (project, user, at);
    }

    public static IEnumerable<TableLoad> Of(Sources sources)
    {
        var world = sources.World;
        yield return new("public.code_executions",
            "id, user_id, project_id, language, source_code, stdout, stderr, status, exit_code, execution_time_ms, memory_kb, token, created_at",
            world.Plan.CodeRuns, (row, index) =>
            {
                var (project, user, at) = RunAt(world, index);
                var dice = Dice.For(Seeded.CodeExecution, index, salt: 1);
                var stack = Stack.Of(project);
                var failed = dice.Chance(12);
                row.Id(Seeded.CodeExecution, index).Id(Seeded.User, user).Id(Seeded.Project, project).Text(stack.Language).Text(stack.Code)
                    .Text(failed ? null : "ok\n").Text(failed ? $"Error: {dice.Pick(Words.Causes)}" : null).Text(failed ? "Runtime Error (NZEC)" : "Accepted").Int(failed ? 1 : 0)
                    .Number(dice.Between(80, 24_000) / 10m).Int(dice.Between(3_000, 90_000)).Text(dice.Hex(32)).Time(at);
            });
        yield return new("public.background_jobs",
            "id, job_name, job_type, status, input, output, error, attempts, max_attempts, priority, scheduled_for, started_at, completed_at, created_at, claimed_by",
            world.Plan.BackgroundJobs, (row, index) =>
            {
                var dice = Dice.For(Seeded.BackgroundJob, index);
                var (type, name) = dice.Pick(Work);
                var created = world.Recent(ref dice, days: 30);
                // What is left in the queue is young; a running job would need a worker that is alive, so there is none.
                var status = created > world.Now.AddDays(-2)
                    ? dice.Below(10) switch { < 3 => "pending", < 4 => "retrying", _ => "completed" }
                    : dice.Chance(96) ? "completed" : "failed";
                DateTime? started = status == "pending" ? null : created.AddMilliseconds(dice.Between(20, 9_000));
                DateTime? ended = status is "completed" or "failed" ? started!.Value.AddMilliseconds(dice.Between(40, 60_000)) : null;
                row.Id(Seeded.BackgroundJob, index).Text(name).Text(type).Text(status)
                    .Json($$"""{"project_id": "{{SeedId.At(Seeded.Project, dice.Below(world.Plan.Projects))}}"}""")
                    .Json(status == "completed" ? $$"""{"items": {{dice.Between(1, 40)}}}""" : null)
                    .Text(status is "failed" or "retrying" ? "The repository could not be reached." : null)
                    .Int(status switch { "pending" => 0, "failed" => 3, "retrying" => 1, _ => dice.Chance(90) ? 1 : 2 }).Int(3).Int(dice.Chance(20) ? 10 : 0)
                    .Time(status is "pending" or "retrying" ? world.Now.AddHours(dice.Between(1, 48)) : null)
                    .Time(started).Time(ended).Time(created).Text(started is null ? null : $"worker-{dice.Between(1, 4)}");
            });
        yield return new("public.api_logs",
            "id, user_id, endpoint, method, status_code, duration_ms, ip_address, user_agent, created_at",
            world.Plan.ApiLogs, (row, index) =>
            {
                var dice = Dice.For(Seeded.ApiLog, index);
                var endpoint = dice.Pick(Endpoints);
                var method = endpoint.StartsWith("/auth/v1/token", StringComparison.Ordinal) || endpoint.Contains("/rpc/", StringComparison.Ordinal) ? "POST"
                    : dice.Below(10) switch { < 7 => "GET", < 9 => "POST", _ => "PATCH" };
                var status = dice.Below(100) switch { < 93 => method == "POST" && endpoint.StartsWith("/rest/v1/m", StringComparison.Ordinal) ? 201 : 200, < 96 => 401, < 99 => 403, _ => 409 };
                row.Id(Seeded.ApiLog, index).Uuid(status == 401 ? null : SeedId.At(Seeded.User, dice.Below(world.Plan.Users)))
                    .Text(endpoint).Text(method).Int(status).Int(dice.Between(2, 90)).Address(Accounts.Address(ref dice)).Text(Accounts.Agent(ref dice))
                    .Time(world.Recent(ref dice));
            });
    }
}
