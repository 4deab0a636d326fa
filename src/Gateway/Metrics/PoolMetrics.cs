using System.Globalization;
using System.Text;

namespace Hedgerow.Gateway.Metrics;

/// <summary>PostgREST's metrics of its connection pool (PostgREST, Observability), told by what the driver measures of REST's pool.</summary>
internal static class PoolMetrics
{
    private static readonly (string, string) s_rest = ("db.client.connection.pool.name", "rest");
    private static readonly (string, string) s_idle = ("db.client.connection.state", "idle");

    /// <param name="sum">The sum of an instrument's series that bear all of these tags; 0 where it measured nothing yet.</param>
    public static void Write(StringBuilder text, Func<string, (string, string)[], double> sum)
    {
        Line(text, "pgrst_db_pool_available", "gauge", "Available connections in the pool", sum("db.client.connection.count", [s_rest, s_idle]));
        Line(text, "pgrst_db_pool_max", "gauge", "Max pool connections", sum("db.client.connection.max", [s_rest]));
        Line(text, "pgrst_db_pool_timeouts_total", "counter", "The total number of pool connection timeouts", sum("db.client.connection.npgsql.timeouts", [s_rest]));
        Line(text, "pgrst_db_pool_waiting", "gauge", "Requests waiting to acquire a pool connection", sum("db.client.connection.npgsql.pending_requests", [s_rest]));
    }

    private static void Line(StringBuilder text, string name, string type, string help, double value) =>
        text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {help}\n# TYPE {name} {type}\n{name} {value}\n");
}
