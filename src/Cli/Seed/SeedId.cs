namespace Hedgerow.Cli.Seed;

/// <summary>What a seeded id names; the number is part of the id (see <see cref="SeedId"/>) and never changes.</summary>
public enum Seeded
{
    User = 1, Workspace, Member, Invitation, Project, Conversation, Message,
    OAuthConnection, UserSession, Plan, Customer, Subscription, UsageRecord, Invoice,
    AiJob, CodeAnalysis, File, FileVersion, EditorSession, TerminalSession, GitRepository,
    BackgroundJob, CodeExecution, ApiLog, ErrorLog, AnalyticsEvent, PerformanceMetric,
    ApiIntegration, WebhookLog, Deployment, EnvironmentVariable, Identity, EnvironmentVariableChange,
}

/// <summary>
/// Ids that a test or a benchmark can write down: <c>5eed0005-0000-4000-8000-000000000042</c> is project 42. The first
/// group names the kind, the last twelve decimal digits count from 1. They are well-formed version 4 UUIDs.
/// </summary>
public static class SeedId
{
    /// <param name="kind">What the row is.</param>
    /// <param name="number">Its number, from 1.</param>
    public static Guid Of(Seeded kind, int number)
    {
        Span<byte> digits = stackalloc byte[6];
        for (var i = 5; i >= 0; i--)
        {
            // Two decimal digits a byte, so that the hexadecimal text of the id shows the decimal number.
            digits[i] = (byte)((number / 10 % 10 << 4) | (number % 10));
            number /= 100;
        }

        return new Guid(0x5eed0000 | (int)kind, 0, 0x4000, 0x80, 0, digits[0], digits[1], digits[2], digits[3], digits[4], digits[5]);
    }

    /// <summary>The id of the row at a zero-based index.</summary>
    public static Guid At(Seeded kind, int index) => Of(kind, index + 1);
}
