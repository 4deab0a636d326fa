using System.Diagnostics;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Logging;

namespace Hedgerow.Bench;

/// <summary>The peer of downloads: ASP.NET's static files on a bare Kestrel, in a process of its own.</summary>
internal sealed class StaticFiles : IDisposable
{
    /// <summary>The verb with which this program serves a folder: <c>static-files FOLDER PORT</c>.</summary>
    public const string Verb = "static-files";

    private readonly Process _process;

    private StaticFiles(Process process, IPEndPoint address) => (_process, Address) = (process, address);

    public IPEndPoint Address { get; }

    public static async Task<StaticFiles> StartAsync(string folder, CancellationToken cancellation)
    {
        var address = new IPEndPoint(IPAddress.Loopback, StorageServer.FreePort());
        var process = Process.Start(new ProcessStartInfo("dotnet", [Environment.GetCommandLineArgs()[0], Verb, folder, $"{address.Port}"]))!;
        await StorageServer.AnswersAsync($"http://{address}/ready", process, cancellation);
        return new StaticFiles(process, address);
    }

    public static async Task ServeAsync(string folder, string port)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
        var app = builder.Build();
        app.UseStaticFiles(new StaticFileOptions { FileProvider = new PhysicalFileProvider(folder), ServeUnknownFileTypes = true });
        await app.RunAsync();
    }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }
}
