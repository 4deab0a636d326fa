using System.Globalization;

namespace Hedgerow.Cli.Seed.Tables;

/// <summary>Errors, events and measurements.</summary>
public static class Observability
{
    private static readonly (string Type, string Message)[] Errors =
    [
        ("TypeError", "Cannot read properties of undefined (reading 'id')"), ("TimeoutError", "The request took longer than 8 s"),
        ("PermissionError", "new row violates row-level security policy"), ("NetworkError", "Failed to fetch"), ("ValidationError", "name must not be empty"),
    ];
    private static readonly (string Name, string Category, string Page)[] Events =
    [
        ("page_viewed", "navigation", "/projects"), ("project_opened", "projects", "/projects/open"), ("file_saved", "editor", "/editor"), ("message_sent", "assistant", "/chat"),
        ("deployment_started", "deployments", "/deployments"), ("member_invited", "workspace", "/settings/members"), ("plan_viewed", "billing", "/settings/billing"),
    ];
    private static readonly (string Name, string Type, int Low, int High)[] Metrics =
    [
        ("rest.request", "api_latency", 3, 180), ("messages.list", "db_query", 1, 45), ("editor.open", "page_load", 300, 2_400), ("chat.first_token", "ai_response", 200, 3_800),
    ];
    private static readonly string[] Severities = ["error", "error", "error", "warning", "warning", "info", "fatal"];

    public static IEnumerable<TableLoad> Of(Sources sources)
    {
        var world = sources.World;
        yield return new("public.error_logs",
            "id, user_id, project_id, sentry_issue_id, error_type, message, stack_trace, context, severity, environment, created_at",
            world.Plan.Errors, (row, index) =>
            {
                var dice = Dice.For(Seeded.ErrorLog, index);
                var project = dice.Below(world.Plan.Projects);
                var (user, at) = world.Act(project, ref dice, world.Now.AddDays(-80));
                var (type, message) = dice.Pick(Errors);
                row.Id(Seeded.ErrorLog, index).Id(Seeded.User, user).Id(Seeded.Project, project).Text($"ICT-{dice.Between(100, 999).ToString(CultureInfo.InvariantCulture)}")
                    .Text(type).Text(message).Text($"{type}: {message}\n    at handle ({Stack.Of(project).Main}:{dice.Between(3, 90)}:{dice.Between(2, 30)})")
                    .Json($$"""{"release": "2.{{dice.Below(9)}}.{{dice.Below(20)}}"}""").Text(dice.Pick(Severities)).Text(dice.Chance(80) ? "production" : "staging").Time(at);
            });
        yield return new("public.analytics_events",
            "id, user_id, workspace_id, event_name, event_category, properties, session_id, page_url, referrer, created_at",
            world.Plan.Events, (row, index) =>
            {
                var dice = Dice.For(Seeded.AnalyticsEvent, index);
                // A few members are behind most of the events.
                var u = dice.Unit();
                var member = (int)(u * u * world.Members.Total);
                var at = dice.Moment(world.MemberJoined(member) > world.Now.AddDays(-80) ? world.MemberJoined(member) : world.Now.AddDays(-80), world.Now);
                var (name, category, page) = dice.Pick(Events);
                row.Id(Seeded.AnalyticsEvent, index).Id(Seeded.User, world.MemberUser(member)).Id(Seeded.Workspace, world.Members.ParentOf(member)).Text(name).Text(category)
                    .Json($$"""{"plan": "{{sources.Plans[(int)Payers.TierOf(world, world.Members.ParentOf(member))].Slug}}", "ms": {{dice.Between(20, 900)}}}""")
                    .Text(dice.Hex(16)).Text($"https://app.icreatetechs.example{page}").Text(dice.Chance(20) ? "https://search.example/" : null).Time(at);
            });
        yield return new("public.performance_metrics", "id, metric_name, metric_type, value, unit, tags, recorded_at", world.Plan.Metrics, (row, index) =>
        {
            var dice = Dice.For(Seeded.PerformanceMetric, index);
            var metric = Metrics[index % Metrics.Length];
            row.Id(Seeded.PerformanceMetric, index).Text(metric.Name).Text(metric.Type).Number(dice.Between(metric.Low * 10, metric.High * 10) / 10m).Text("ms")
                .Json($$"""{"region": "{{(dice.Chance(70) ? "eu-central" : "us-east")}}", "release": "2.{{dice.Below(9)}}"}""").Time(world.Recent(ref dice));
        });
    }
}
