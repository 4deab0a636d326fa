namespace Hedgerow.Gateway.Configuration;

/// <summary>Requests written into <c>public.api_logs</c>. Section <c>Gateway:ApiLogs</c>. Bodies, query strings and credentials never are.</summary>
public sealed record ApiLogOptions
{
    public bool Enabled { get; init; }

    /// <summary>The share of requests that is written, 0 to 1.</summary>
    public double SampleRate { get; init; } = 1;
}
