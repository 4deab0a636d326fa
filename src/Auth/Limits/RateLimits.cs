using System.Net;
using System.Net.Sockets;
using Dapper;
using Hedgerow.Auth.Data;
using Hedgerow.Auth.Http;

namespace Hedgerow.Auth.Limits;

/// <summary>Something that may be done <paramref name="Allowed"/> times in each <paramref name="Window"/>.</summary>
/// <param name="Bucket">What is counted: what it is, and whose.</param>
public sealed record RateLimit(string Bucket, int Allowed, TimeSpan Window);

/// <summary>
/// Counts what one address or account may do often: in the database, for all replicas, in a transaction of its own that stays whatever comes of
/// the request.
/// </summary>
/// <exception cref="Npgsql.PostgresException">PT429, of every method here: a limit is reached. The route answers it.</exception>
public sealed class RateLimits(AuthDatabase database, RateLimitOptions options)
{
    private const int CodesPerSubject = 10;

    private const string TakeSql = """
        select hedgerow.take_rate(taken.bucket, taken.allowed, taken.per)
        from unnest(@buckets::text[], @allowed::integer[], @windows::interval[]) as taken (bucket, allowed, per)
        """;

    private static readonly TimeSpan s_fiveMinutes = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan s_hour = TimeSpan.FromHours(1);

    /// <summary>Sign-ins that leave for other providers.</summary>
    public AuthHandler Departures(AuthHandler handler) => PerAddress("authorize", options.Authorize, handler);
    public AuthHandler Verifications(AuthHandler handler) => PerAddress("verify", options.Verify, handler);

    /// <param name="kind">What is asked for: <c>otp</c>, <c>recover</c>, <c>resend</c>, <c>user</c> … Each is counted by itself.</param>
    public AuthHandler Messages(string kind, AuthHandler handler) => PerAddress(kind, options.Otp, handler);

    public Task TakeSignUpAsync(AuthRequest request, CancellationToken cancellation) =>
        TakeAsync(OfAddress(request, "signup", options.SignUp, s_fiveMinutes), cancellation);

    public Task TakeAnonymousAsync(AuthRequest request, CancellationToken cancellation) =>
        TakeAsync(OfAddress(request, "anonymous", options.AnonymousUsers, s_hour), cancellation);

    /// <summary>What a sign-in or refresh takes of its address.</summary>
    public RateLimit[] OfToken(AuthRequest request) => OfAddress(request, "token", options.Token, s_fiveMinutes);

    /// <summary>What a sign-in with a password takes.</summary>
    /// <param name="account">The address or number that is tried, normalised; it need not exist.</param>
    public RateLimit[] OfPassword(AuthRequest request, string account) =>
        [.. OfToken(request), new RateLimit($"auth:password:{account}", options.PasswordsPerAccount, s_fiveMinutes)];

    /// <param name="subject">Whose code is tried: an address or an account, known or not. Codes are short, so that this limit has no setting.</param>
    public Task TakeCodeAsync(string subject, CancellationToken cancellation) =>
        TakeAsync([new RateLimit($"auth:code:{subject}", CodesPerSubject, s_fiveMinutes)], cancellation);

    /// <summary>Takes one of each; none where one of them is used up.</summary>
    public Task TakeAsync(RateLimit[] limits, CancellationToken cancellation)
    {
        var parameters = new DynamicParameters();
        return Add(parameters, limits) ? database.ExecuteAsync(TakeSql, parameters, cancellation) : Task.CompletedTask;
    }

    /// <summary>The same, and then the first row of <paramref name="sql"/>, in one round trip. What is taken is held by nobody while that runs.</summary>
    public Task<T?> TakeThenAsync<T>(RateLimit[] limits, string sql, object parameters, CancellationToken cancellation)
    {
        var all = new DynamicParameters(parameters);
        Add(all, limits);
        return database.SecondAsync<T>($"begin; {TakeSql}; commit; {sql}", all, cancellation);
    }

    /// <summary>False where there is nothing to take.</summary>
    private static bool Add(DynamicParameters parameters, RateLimit[] limits)
    {
        var counted = limits.Where(limit => limit.Allowed > 0).ToArray();
        parameters.Add("buckets", Array.ConvertAll(counted, limit => limit.Bucket));
        parameters.Add("allowed", Array.ConvertAll(counted, limit => limit.Allowed));
        parameters.Add("windows", Array.ConvertAll(counted, limit => limit.Window));
        return counted.Length > 0;
    }

    private AuthHandler PerAddress(string kind, int allowed, AuthHandler handler) => async (request, cancellation) =>
    {
        await TakeAsync(OfAddress(request, kind, allowed, s_fiveMinutes), cancellation);
        return await handler(request, cancellation);
    };

    private static RateLimit[] OfAddress(AuthRequest request, string kind, int allowed, TimeSpan window) =>
        allowed > 0 && request.Address is { } address && !IPAddress.IsLoopback(address) ? [new RateLimit($"auth:{kind}:{Holder(address)}", allowed, window)] : [];

    /// <summary>What one person is given: an IPv4 address, or a /64 of IPv6 (RFC 6177).</summary>
    private static string Holder(IPAddress address) => address.AddressFamily == AddressFamily.InterNetworkV6
        ? new IPNetwork(new IPAddress([.. address.GetAddressBytes()[..8], 0, 0, 0, 0, 0, 0, 0, 0]), 64).ToString()
        : address.ToString();
}
