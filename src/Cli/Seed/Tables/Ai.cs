namespace Hedgerow.Cli.Seed.Tables;

/// <summary>Work done by models, and what they said about code.</summary>
public static class Ai
{
    private static readonly string[] Kinds = ["chat", "refactor", "explain", "generate", "analyze"];
    private static readonly string[] Aspects = ["explain", "complexity", "security", "performance"];
    private static readonly string[] Failures = ["The model did not answer in time.", "The context is longer than the model takes.", "The provider answered 529: overloaded."];

    /// <summary>An AI job as its own row and the usage that it metered need it.</summary>
    public readonly record struct Job(int Project, int User, string Kind, string Status, int? Tokens, string Model, DateTime Created, DateTime? Started, DateTime? Ended);

    public static IEnumerable<TableLoad> Of(Sources sources)
    {
        var world = sources.World;
        yield return new("public.ai_jobs",
            "id, user_id, project_id, job_type, status, input, output, error, tokens_used, model, duration_ms, started_at, completed_at, created_at",
            world.Plan.AiJobs, (row, index) =>
            {
                var job = JobAt(world, index);
                var dice = Dice.For(Seeded.AiJob, index, salt: 1);
                row.Id(Seeded.AiJob, index).Id(Seeded.User, job.User).Id(Seeded.Project, job.Project).Text(job.Kind).Text(job.Status)
                    .Json($$"""{"file": "{{Stack.Of(job.Project).Main}}", "prompt": "{{Prose.Bug(ref dice)}}"}""")
                    .Json(job.Status == "completed" ? $$"""{"text": "{{dice.Pick(Words.Remedies)}}"}""" : null)
                    .Text(job.Status == "failed" ? dice.Pick(Failures) : null).Int(job.Tokens).Text(job.Model)
                    .Int(job is { Started: { } from, Ended: { } to } ? (int)(to - from).TotalMilliseconds : null)
                    .Time(job.Started).Time(job.Ended).Time(job.Created);
            });
        yield return new("public.code_analyses", "id, project_id, file_path, analysis_type, result, model, created_at, expires_at, in_public_project",
            (world.Plan.Projects + 2) / 3, (row, index) =>
            {
                var project = index * 3;
                var dice = Dice.For(Seeded.CodeAnalysis, index);
                var created = dice.Moment(Max(world.ProjectCreated(project), world.Now.AddDays(-20)), world.Now);
                row.Id(Seeded.CodeAnalysis, index).Id(Seeded.Project, project).Text(Stack.Of(project).Main).Text(dice.Pick(Aspects))
                    .Json($$"""{"score": {{dice.Between(55, 98)}}, "findings": ["{{dice.Pick(Words.Causes)}}"]}""").Text(dice.Pick(Words.Models))
                    .Time(created).Time(world.Now.AddDays(dice.Between(2, 30))).Flag(Workspaces.IsPublic(project));
            });
    }

    /// <summary>Job <paramref name="index"/>; its tokens are set when it completed.</summary>
    public static Job JobAt(World world, int index)
    {
        var dice = Dice.For(Seeded.AiJob, index);
        var project = dice.Below(world.Plan.Projects);
        var (user, created) = world.Act(project, ref dice);
        var kind = dice.Pick(Kinds);
        var model = dice.Pick(Words.Models);
        // Only the youngest jobs can still be under way.
        var status = created > world.Now.AddDays(-1)
            ? dice.Below(10) switch { < 2 => "pending", < 3 => "running", _ => "completed" }
            : dice.Below(100) switch { < 88 => "completed", < 95 => "failed", _ => "canceled" };
        DateTime? started = status == "pending" ? null : created.AddMilliseconds(dice.Between(50, 4_000));
        DateTime? ended = status is "pending" or "running" ? null : started!.Value.AddMilliseconds(dice.Between(600, 45_000));
        return new(project, user, kind, status, status == "completed" ? dice.Between(300, 3_500) : null, model, created, started, ended);
    }

    private static DateTime Max(DateTime a, DateTime b) => a > b ? a : b;
}
