using System.Diagnostics;
using System.Text;
using Npgsql;

namespace Hedgerow.Bench;

/// <summary>How long sign-ins take: beyond bcrypt, and for people who are there and people who are not.</summary>
internal sealed class SignInTimes(HttpClient http, NpgsqlDataSource admin)
{
    private const string Password = "correct horse battery";
    private const string Bcrypt = "select extensions.crypt($1, encrypted_password) from auth.users where email = $2";

    /// <summary>The address of a new person.</summary>
    public async Task<string> SignUpAsync(CancellationToken cancellation)
    {
        var email = $"{Guid.NewGuid():N}@example.test";
        using var answer = await PostAsync("signup", email, Password, cancellation);
        answer.EnsureSuccessStatusCode();
        return email;
    }

    /// <summary>Medians in milliseconds, one after the other and in turns: a sign-in, and the hash alone that it computes.</summary>
    public async Task<(double SignIn, double Bcrypt)> BeyondBcryptAsync(int rounds, CancellationToken cancellation)
    {
        var email = await SignUpAsync(cancellation);
        await using var connection = await admin.OpenConnectionAsync(cancellation);
        await using var hash = new NpgsqlCommand(Bcrypt, connection) { Parameters = { new() { Value = Password }, new() { Value = email } } };
        await hash.PrepareAsync(cancellation);
        var (signIns, hashes) = (new List<double>(), new List<double>());
        for (var i = 0; i < rounds; i++)
        {
            signIns.Add(await TimeAsync(async () =>
            {
                using var answer = await PostAsync("token?grant_type=password", email, Password, cancellation);
                answer.EnsureSuccessStatusCode();
            }));
            hashes.Add(await TimeAsync(() => hash.ExecuteScalarAsync(cancellation)));
        }
        return (Median(signIns), Median(hashes));
    }

    /// <summary>
    /// Mean milliseconds of refused sign-ins, 32 at a time, half of them people who are there; who goes first changes each time, so that a place
    /// in the queue is nobody's advantage.
    /// </summary>
    public async Task<(double Known, double Unknown)> KnownAndUnknownAsync(int rounds, CancellationToken cancellation)
    {
        var people = new List<string>();
        for (var i = 0; i < 16; i++) people.Add(await SignUpAsync(cancellation));
        var (known, unknown) = (new List<double>(), new List<double>());
        for (var round = 0; round < rounds; round++)
        {
            var times = await Task.WhenAll(Enumerable.Range(0, 32).Select(async i =>
            {
                var isKnown = (i + round) % 2 == 0;
                var email = isKnown ? people[i / 2] : $"{Guid.NewGuid():N}@example.test";
                return (isKnown, Took: await TimeAsync(async () =>
                {
                    using var answer = await PostAsync("token?grant_type=password", email, "wrong horse battery", cancellation);
                }));
            }));
            foreach (var (isKnown, took) in times) (isKnown ? known : unknown).Add(took);
        }
        return (known.Average(), unknown.Average());
    }

    private async Task<HttpResponseMessage> PostAsync(string path, string email, string password, CancellationToken cancellation) => await http.PostAsync(
        new Uri($"/auth/v1/{path}", UriKind.Relative),
        new StringContent($$"""{"email":"{{email}}","password":"{{password}}"}""", Encoding.UTF8, "application/json"), cancellation);

    private static async Task<double> TimeAsync(Func<Task> work)
    {
        var started = Stopwatch.GetTimestamp();
        await work();
        return Stopwatch.GetElapsedTime(started).TotalMilliseconds;
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
