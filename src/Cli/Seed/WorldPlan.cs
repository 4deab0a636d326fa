namespace Hedgerow.Cli.Seed;

/// <summary>How much of everything a seeded world holds. Counts that depend on chance (files, versions) are averages.</summary>
public sealed record WorldPlan
{
    public required int Users { get; init; }
    public required int Workspaces { get; init; }
    /// <summary>Memberships, the owners' included.</summary>
    public required int Members { get; init; }
    /// <summary>The fewest members of a workspace.</summary>
    public required int LeastMembers { get; init; }
    public required int Invitations { get; init; }
    public required int Projects { get; init; }
    public required int Conversations { get; init; }
    public required int Messages { get; init; }
    /// <summary>Files and folders a project, at most.</summary>
    public required int MostFiles { get; init; }
    public required int AiJobs { get; init; }
    /// <summary>Usage besides what AI jobs meter.</summary>
    public required int MeteredUsage { get; init; }
    public required int Deployments { get; init; }
    public required int EnvironmentVariables { get; init; }
    public required int CodeRuns { get; init; }
    public required int Integrations { get; init; }
    public required int BackgroundJobs { get; init; }
    public required int Webhooks { get; init; }
    public required int Errors { get; init; }
    public required int ApiLogs { get; init; }
    public required int Events { get; init; }
    public required int Metrics { get; init; }
    /// <summary>Different secret values; each is encrypted once and used by many rows.</summary>
    public required int Secrets { get; init; }

    /// <summary>A world to look around in, and for tests.</summary>
    public static WorldPlan Small { get; } = new()
    {
        Users = 24, Workspaces = 5, Members = 32, LeastMembers = 4, Invitations = 10,
        Projects = 22, Conversations = 48, Messages = 420, MostFiles = 8,
        AiJobs = 60, MeteredUsage = 80, Deployments = 40, EnvironmentVariables = 50, CodeRuns = 30, Integrations = 12,
        BackgroundJobs = 30, Webhooks = 24, Errors = 20, ApiLogs = 200, Events = 240, Metrics = 60, Secrets = 40,
    };

    /// <summary>A world to measure in: the size of a service that has done well for two years.</summary>
    public static WorldPlan Large { get; } = new()
    {
        Users = 20_000, Workspaces = 5_000, Members = 30_000, LeastMembers = 1, Invitations = 3_000,
        Projects = 100_000, Conversations = 125_000, Messages = 1_000_000, MostFiles = 5,
        AiJobs = 100_000, MeteredUsage = 150_000, Deployments = 80_000, EnvironmentVariables = 60_000, CodeRuns = 50_000, Integrations = 8_000,
        BackgroundJobs = 20_000, Webhooks = 20_000, Errors = 20_000, ApiLogs = 200_000, Events = 300_000, Metrics = 50_000, Secrets = 1_000,
    };
}
