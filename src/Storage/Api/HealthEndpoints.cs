using Hedgerow.Postgres;
using Hedgerow.Storage.Objects;
using Npgsql;

namespace Hedgerow.Storage.Api;

/// <summary><c>GET /health</c>, as Supabase's server has it: 200 whatever it finds. For load balancers there is the host's <c>/health/ready</c>.</summary>
public sealed class HealthEndpoints(StorageDatabase database)
{
    public async Task<ApiError?> GetAsync(StorageRequest request, CancellationToken cancellation)
    {
        var isHealthy = await AnswersAsync(request.Session, cancellation);
        await StorageRoute.ReplyAsync(request.Http, json =>
        {
            json.WriteStartObject();
            json.WriteBoolean("healthy", isHealthy);
            json.WriteEndObject();
        });
        return null;
    }

    private async Task<bool> AnswersAsync(Session session, CancellationToken cancellation)
    {
        try
        {
            await using var trip = await database.ReadAsync(session, [StorageDatabase.Statement("select b.id from storage.buckets as b limit 1")], [], cancellation);
            return true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }
}
