using System.Diagnostics;
using System.Text.Json;
using System.Threading.Channels;
using Hedgerow.Cli;

namespace Hedgerow.Tests.Integration.Support;

/// <summary>A mail as the SMTP server got it.</summary>
public sealed record ReceivedMail(string To, Sender From, string Subject, string Html, string MessageId, bool Secure);

/// <summary>Whom a mail is from.</summary>
public sealed record Sender(string Address, string Name);

/// <summary>
/// A real SMTP server (npm <c>smtp-server</c>) on a free port of 127.0.0.1, in a process of its own. Stopped on dispose; what it has taken can still be
/// read then. Recipients that begin with <c>never</c> are refused for good, those with <c>later</c> the first time.
/// </summary>
public sealed class SmtpServer : IAsyncDisposable
{
    private static readonly JsonSerializerOptions Web = new(JsonSerializerDefaults.Web);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly Process _process;
    private readonly Channel<ReceivedMail> _mails = Channel.CreateUnbounded<ReceivedMail>();
    private readonly List<ReceivedMail> _passed = [];
    private readonly Task _reading;
    private readonly TaskCompletionSource<int> _port = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private SmtpServer(Process process)
    {
        _process = process;
        _reading = ReadAsync();
    }

    public int Port { get; private set; }

    /// <param name="port">Of one that was stopped; 0: a free one.</param>
    public static async Task<SmtpServer> StartAsync(int port = 0, string? user = null, string? password = null, string? key = null, string? certificate = null)
    {
        var settings = JsonSerializer.Serialize(new { port, user, password, key, certificate });
        var process = Process.Start(new ProcessStartInfo("node", [Path.Combine(Checkout.Root, "tests", "Support", "smtp-server.mjs"), settings])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        var server = new SmtpServer(process);
        server.Port = await server._port.Task.WaitAsync(Patience);
        return server;
    }

    /// <summary>What a platform must be told to send its mail here.</summary>
    public (string Name, string Value)[] Settings => SettingsFor(Port);

    public static (string Name, string Value)[] SettingsFor(int port) =>
    [
        ("Auth:Mail:Smtp:Host", "127.0.0.1"),
        ("Auth:Mail:Smtp:Port", port.ToString(System.Globalization.CultureInfo.InvariantCulture)),
        ("Auth:Mail:Smtp:Tls", "false"),
        ("Auth:Mail:Smtp:RetryDelay", "1"),
        ("Auth:Mail:From", "hello@hedgerow.test"),
        ("Auth:Mail:SenderName", "Hedgerow"),
    ];

    /// <summary>The next mail to <paramref name="recipient"/>, once it is here.</summary>
    public async Task<ReceivedMail> MailToAsync(string recipient)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (true)
        {
            lock (_passed)
            {
                if (_passed.Find(mail => mail.To == recipient) is { } found)
                {
                    _passed.Remove(found);
                    return found;
                }
            }
            var mail = await _mails.Reader.ReadAsync(patience.Token);
            lock (_passed) _passed.Add(mail);
        }
    }

    /// <summary>Stops it; everything that it took and that nobody has read yet.</summary>
    public async Task<IReadOnlyList<ReceivedMail>> StopAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync().WaitAsync(Patience);
        await _reading;
        while (_mails.Reader.TryRead(out var mail)) _passed.Add(mail);
        return _passed;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) await StopAsync();
        _process.Dispose();
    }

    private async Task ReadAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            var said = JsonSerializer.Deserialize<JsonElement>(line);
            if (said.TryGetProperty("port", out var port)) _port.TrySetResult(port.GetInt32());
            else if (said.TryGetProperty("error", out var error)) _port.TrySetException(new IOException($"The SMTP server does not start: {error}"));
            else _mails.Writer.TryWrite(said.Deserialize<ReceivedMail>(Web)!);
        }
        _port.TrySetException(new IOException("The SMTP server does not start: is there node, and are its packages installed?"));
    }
}
