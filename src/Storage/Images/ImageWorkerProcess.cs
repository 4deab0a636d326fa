using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using System.IO.Pipelines;
using System.Runtime.InteropServices;
using Hedgerow.ImageWorker;
using Hedgerow.Storage.Backends;

namespace Hedgerow.Storage.Images;

/// <summary>
/// A process that renders images (<c>src/ImageWorker</c>), one at a time. It inherits no environment, and so no secret; it knows no names, only bytes. Once
/// something went wrong with it, it is to be disposed.
/// </summary>
internal sealed class ImageWorkerProcess : IDisposable
{
    private const string Assembly = "hedgerow-image-worker.dll";
    private const int CoreSeconds = 24 + 128; // ended by SIGXCPU, as .NET tells it

    private readonly Process _process;

    private ImageWorkerProcess(Process process) => _process = process;

    public int Id => _process.Id;

    /// <summary>Images that it has rendered.</summary>
    public int Images { get; private set; }

    /// <summary>When it was last of use, in milliseconds of <see cref="Environment.TickCount64"/>.</summary>
    public long LastUsed { get; private set; } = Environment.TickCount64;

    public bool IsAlive => !_process.HasExited;

    /// <summary>Starts one; null where there is no libvips that it could use.</summary>
    public static async Task<ImageWorkerProcess?> StartAsync(ImageOptions options, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo(Dotnet, [Path.Combine(AppContext.BaseDirectory, Assembly), (options.MemoryMegabytes * 1_000_000L).ToString(CultureInfo.InvariantCulture)])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Path.GetPathRoot(AppContext.BaseDirectory),
        };
        var paths = new[] { "PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH" }.Select(name => (name, value: Environment.GetEnvironmentVariable(name))).ToArray();
        start.Environment.Clear();
        foreach (var (name, value) in paths)
            if (value is not null) start.Environment[name] = value; // where libvips is
        foreach (var (name, value) in s_environment) start.Environment[name] = value;

        var worker = new ImageWorkerProcess(Process.Start(start)!);
        // What libvips has to say of an image is for nobody, and must not fill the pipe.
        worker._process.BeginErrorReadLine();
        try
        {
            using var killing = cancellation.Register(worker.Kill);
            var ready = new byte[1];
            if (await worker._process.StandardOutput.BaseStream.ReadAsync(ready, CancellationToken.None) == 1 && ready[0] == 1) return worker;
            cancellation.ThrowIfCancellationRequested();
        }
        catch
        {
            worker.Dispose();
            throw;
        }
        worker.Dispose();
        return null;
    }

    /// <summary>Renders one image.</summary>
    /// <exception cref="BackendException">The source could not be read.</exception>
    /// <exception cref="ImageWorkerEndedException">It took too long, or took the process with it.</exception>
    public async Task<(ImageReply Reply, byte[] Bytes)> RenderAsync(ImageJob job, StoredContent source, CancellationToken cancellation)
    {
        using var clock = new CancellationTokenSource();
        using var killing = cancellation.Register(Kill);
        using var late = clock.Token.Register(Kill);
        try
        {
            await SendAsync(job, source, cancellation);
            clock.CancelAfter(TimeSpan.FromSeconds(job.Seconds)); // the source's store has a clock of its own
            var output = _process.StandardOutput.BaseStream;
            var head = new byte[ImageReply.Length];
            await output.ReadExactlyAsync(head, CancellationToken.None);
            var reply = ImageReply.Read(head);
            var bytes = reply.Bytes is > 0 && reply.Bytes <= job.MaxResultBytes ? GC.AllocateUninitializedArray<byte>(reply.Bytes) : [];
            await output.ReadExactlyAsync(bytes, CancellationToken.None);
            Images++;
            LastUsed = Environment.TickCount64;
            return (reply, bytes);
        }
        catch (IOException e)
        {
            // A pipe without another end: the process is gone.
            cancellation.ThrowIfCancellationRequested();
            await _process.WaitForExitAsync(CancellationToken.None);
            throw new ImageWorkerEndedException(clock.IsCancellationRequested || _process.ExitCode == CoreSeconds, _process.ExitCode, e);
        }
    }

    public void Dispose()
    {
        Kill();
        _process.Dispose();
    }

    private async Task SendAsync(ImageJob job, StoredContent source, CancellationToken cancellation)
    {
        var head = new byte[ImageJob.Length + sizeof(int)];
        job.Write(head);
        BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(ImageJob.Length), checked((int)source.Length));
        var input = _process.StandardInput.BaseStream;
        await input.WriteAsync(head, CancellationToken.None);
        var writer = PipeWriter.Create(input, new StreamPipeWriterOptions(leaveOpen: true));
        await source.CopyToAsync(writer, cancellation);
        await writer.CompleteAsync();
        await input.FlushAsync(CancellationToken.None);
    }

    private void Kill()
    {
        try
        {
            _process.Kill();
        }
        catch (InvalidOperationException)
        {
            // It has ended by itself.
        }
    }

    /// <summary>The program that runs this one: it stands three folders above the runtime.</summary>
    private static string Dotnet { get; } =
        Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet"));

    private static readonly (string Name, string Value)[] s_environment =
    [
        ("LANG", "C.UTF-8"),
        // Readers that libvips' authors trust with no stranger's bytes are off before the program says so itself.
        ("VIPS_BLOCK_UNTRUSTED", "1"),
        ("VIPS_WARNING", "off"),
        // No file is ever written.
        ("VIPS_DISC_THRESHOLD", "1000g"),
        ("DOTNET_EnableDiagnostics", "0"),
        ("DOTNET_EnableWriteXorExecute", "0"),
        // .NET holds an image's bytes for a moment and nothing else; the rest of the memory is libvips'.
        ("DOTNET_GCHeapHardLimit", "0x8000000"),
        ("MALLOC_ARENA_MAX", "2"),
    ];
}

/// <summary>A process that rendered an image is gone.</summary>
/// <param name="tookTooLong">The clock ended it, or the kernel for the processor time it took.</param>
internal sealed class ImageWorkerEndedException(bool tookTooLong, int exitCode, Exception inner) : Exception("The image took its worker with it", inner)
{
    public bool TookTooLong => tookTooLong;
    public int ExitCode => exitCode;
}
