using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Npgsql;

namespace Hedgerow.Bench.Realtime;

/// <summary><c>hedgerow up</c> with an embedded PostgreSQL under a temporary state folder, a table to change, and people who see a tenth of its rows each.</summary>
internal sealed class RealtimePlatform : IAsyncDisposable
{
    private const string Setup = """
        create schema bench;
        grant usage on schema bench to authenticated;
        create table bench.items (id bigint generated always as identity primary key, tenth int not null, sent bigint not null, note text);
        alter table bench.items enable row level security;
        alter table bench.items force row level security;
        create policy tenth on bench.items for select to authenticated
          using (tenth = ((select current_setting('request.jwt.claims', true)::json ->> 'tenth'))::int or (select current_setting('request.jwt.claims', true)::json ->> 'tenth') is null);
        grant select on bench.items to authenticated;
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("hedgerow-bench-").FullName;
    private Process? _process;
    private string _secret = "";

    public string Address { get; private set; } = "";
    public string AnonKey { get; private set; } = "";
    public string Url { get; private set; } = "";
    public NpgsqlDataSource Admin { get; private set; } = null!;
    public int Gateway => _process!.Id;

    private string State => Path.Combine(_folder, "state");

    public static async Task<RealtimePlatform> StartAsync(CancellationToken cancellation)
    {
        var platform = new RealtimePlatform();
        try
        {
            // Under root PostgreSQL runs as another account, which must be able to enter.
            if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(platform._folder, (UnixFileMode)0b111_101_101);
            await platform.BeginAsync(0, cancellation);
            platform.Admin = NpgsqlDataSource.Create(BenchUrl.ConnectionString(platform.Url));
            await platform.ExecuteAsync(Setup, cancellation);
            return platform;
        }
        catch
        {
            await platform.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts the gateway, and PostgreSQL where it does not run.</summary>
    public async Task BeginAsync(int port, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo(Path.Combine(Clone.Root(), "hedgerow"), ["up", "--state", State, "--port", $"{port}"]) { RedirectStandardOutput = true, RedirectStandardError = true };
        _process = Process.Start(start)!;
        _ = _process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        _ = _process.StandardError.ReadToEndAsync(CancellationToken.None);
        for (var clock = Stopwatch.StartNew(); ; await Task.Delay(50, cancellation))
        {
            if (_process.HasExited || clock.Elapsed > TimeSpan.FromMinutes(3)) throw new InvalidOperationException("hedgerow up did not become ready");
            if (await IsReadyAsync(cancellation)) return;
        }
    }

    /// <summary>kill -9.</summary>
    public async Task KillGatewayAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync();
    }

    public int Postmaster => int.Parse(File.ReadLines(Path.Combine(State, "postgres", "data", "postmaster.pid")).First(), CultureInfo.InvariantCulture);

    /// <summary>A token of somebody who sees a tenth of the rows; null: all.</summary>
    public string Token(int person, int? tenth)
    {
        static string Encode(byte[] bytes) => Convert.ToBase64String(bytes).TrimEnd('=').Replace('+', '-').Replace('/', '_');
        var claims = $$"""{"role":"authenticated","sub":"00000000-0000-0000-0000-{{person:000000000000}}","exp":4102444800{{(tenth is null ? "" : $",\"tenth\":{tenth}")}}}""";
        var head = Encode("""{"alg":"HS256","typ":"JWT"}"""u8.ToArray()) + "." + Encode(Encoding.ASCII.GetBytes(claims));
        return $"{head}.{Encode(HMACSHA256.HashData(Encoding.UTF8.GetBytes(_secret), Encoding.ASCII.GetBytes(head)))}";
    }

    public async Task ExecuteAsync(string sql, CancellationToken cancellation)
    {
        await using var command = Admin.CreateCommand(sql);
        command.CommandTimeout = 120;
        await command.ExecuteNonQueryAsync(cancellation);
    }

    public TimeSpan GatewayTime() => ProcessTimes.Of(Gateway);

    public TimeSpan PostgresTime() => ProcessTimes.OfTree(Postmaster);

    /// <summary>Resident memory of the gateway, as the kernel counts it.</summary>
    public long GatewayBytes()
    {
        _process!.Refresh();
        return _process.WorkingSet64;
    }

    /// <summary>False until the process that was started last says that it is ready.</summary>
    private async Task<bool> IsReadyAsync(CancellationToken cancellation)
    {
        var running = Path.Combine(State, "running.json");
        if (!File.Exists(running)) return false;
        using var status = JsonDocument.Parse(await File.ReadAllTextAsync(running, cancellation));
        string Text(string name) => status.RootElement.GetProperty(name).GetString()!;
        if (!status.RootElement.GetProperty("Ready").GetBoolean() || status.RootElement.GetProperty("Pid").GetInt32() != _process!.Id) return false;
        (Address, AnonKey, Url, _secret) = (Text("ApiUrl"), Text("AnonKey"), Text("DbUrl"), Text("JwtSecret"));
        return true;
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false })
        {
            Process.Start("kill", [$"{_process.Id}"]).WaitForExit();
            await _process.WaitForExitAsync();
        }
        _process?.Dispose();
        if (Admin is not null) await Admin.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
