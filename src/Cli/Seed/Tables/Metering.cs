namespace Hedgerow.Cli.Seed.Tables;

/// <summary>
/// Usage records: every finished AI job's tokens and every program run of the last 80 days (older partitions are dropped anyway), and
/// what else is counted. The workspace's owner pays (<c>billed_to</c>, IC-09). Storage is metered by the database once the files are there.
/// </summary>
public static class Metering
{
    public static IEnumerable<TableLoad> Of(Sources sources)
    {
        var world = sources.World;
        var oldest = world.Now.AddDays(-80);
        int[] jobs = [.. Enumerable.Range(0, world.Plan.AiJobs).Where(index => Ai.JobAt(world, index) is { Tokens: not null, Ended: { } ended } && ended >= oldest)];
        int[] runs = [.. Enumerable.Range(0, world.Plan.CodeRuns).Where(index => Infrastructure.RunAt(world, index).At >= oldest)];
        yield return new("public.usage_records", "id, user_id, workspace_id, resource_type, amount, unit, metadata, recorded_at, created_at, billed_to",
            jobs.Length + runs.Length + world.Plan.MeteredUsage, (row, index) =>
            {
                row.Id(Seeded.UsageRecord, index);
                if (index < jobs.Length)
                {
                    var job = Ai.JobAt(world, jobs[index]);
                    Write(row, world, job.User, job.Project, "ai_tokens", job.Tokens!.Value, "tokens",
                        $$"""{"ai_job_id": "{{SeedId.At(Seeded.AiJob, jobs[index])}}", "job_type": "{{job.Kind}}", "model": "{{job.Model}}"}""", job.Ended!.Value);
                }
                else if (index - jobs.Length < runs.Length)
                {
                    var run = runs[index - jobs.Length];
                    var (project, user, at) = Infrastructure.RunAt(world, run);
                    Write(row, world, user, project, "executions", 1, "runs", $$"""{"code_execution_id": "{{SeedId.At(Seeded.CodeExecution, run)}}"}""", at);
                }
                else
                {
                    var dice = Dice.For(Seeded.UsageRecord, index);
                    var project = dice.Below(world.Plan.Projects);
                    var (user, at) = world.Act(project, ref dice, oldest);
                    Write(row, world, user, project, "api_calls", dice.Between(5, 900), "calls", """{"window": "1 hour"}""", at);
                }
            });
    }

    private static void Write(RowWriter row, World world, int user, int project, string resource, int amount, string unit, string metadata, DateTime at)
    {
        var workspace = world.Projects.ParentOf(project);
        row.Id(Seeded.User, user).Id(Seeded.Workspace, workspace).Text(resource).Number(amount).Text(unit).Json(metadata).Time(at).Time(at)
            .Id(Seeded.User, workspace);
    }
}
