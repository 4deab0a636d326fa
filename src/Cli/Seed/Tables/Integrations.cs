namespace Hedgerow.Cli.Seed.Tables;

/// <summary>Keys for other services, and the webhooks that came in.</summary>
public static class Integrations
{
    private static readonly string[] Providers = ["github", "openai", "anthropic", "vercel", "firecrawl"];
    private static readonly (string Provider, string Type)[] Hooks =
    [
        ("stripe", "invoice.paid"), ("stripe", "customer.subscription.updated"), ("github", "push"), ("github", "pull_request"), ("vercel", "deployment.succeeded"),
    ];

    public static IEnumerable<TableLoad> Of(Sources sources)
    {
        var world = sources.World;
        yield return new("public.api_integrations",
            "id, user_id, workspace_id, provider, api_key_encrypted, config, is_active, last_used_at, created_at, updated_at", world.Plan.Integrations, (row, index) =>
            {
                var workspace = index % world.Plan.Workspaces;
                var dice = Dice.For(Seeded.ApiIntegration, index);
                var created = dice.Moment(world.WorkspaceCreated(workspace), world.Now);
                var used = dice.Moment(created, world.Now);
                // Each further round over the workspaces takes the next provider, so that none has one twice.
                row.Id(Seeded.ApiIntegration, index).Id(Seeded.User, workspace).Id(Seeded.Workspace, workspace)
                    .Text(Providers[(workspace + index / world.Plan.Workspaces) % Providers.Length]).Text(sources.Encrypted(Secret.ApiKey(index))).Json("""{"timeout_ms": 8000}""")
                    .Flag(!dice.Chance(8)).Time(used).Time(created).Time(used);
            });
        yield return new("public.webhook_logs",
            "id, provider, event_type, payload, signature, status, response, error, processed_at, created_at, event_id", world.Plan.Webhooks, (row, index) =>
            {
                var dice = Dice.For(Seeded.WebhookLog, index);
                var (provider, type) = dice.Pick(Hooks);
                var at = world.Recent(ref dice);
                var failed = dice.Chance(4);
                var id = $"evt_{dice.Hex(24)}";
                row.Id(Seeded.WebhookLog, index).Text(provider).Text(type).Json($$"""{"id": "{{id}}", "type": "{{type}}", "livemode": false}""")
                    .Text($"t={new DateTimeOffset(at).ToUnixTimeSeconds()},v1={dice.Hex(64)}").Text(failed ? "failed" : "processed")
                    .Json(failed ? null : """{"ok": true}""").Text(failed ? "The customer is not known." : null).Time(at.AddMilliseconds(dice.Between(5, 900))).Time(at).Text(id);
            });
    }
}
