using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using Hedgerow.ImageWorker;

// Renders images for a gateway, one after the other: on standard input a job, the length of its source and the source; on standard output a reply and the
// result. It ends with its input. It holds no secret, is told no name, and a gateway that loses it starts another.
// First of all it says whether it can: one byte, 1, or 0 where libvips is not installed or older than 8.13.

using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => signal.Cancel = true); // Ctrl-C is the gateway's to answer
using var input = Console.OpenStandardInput();
using var output = Console.OpenStandardOutput();

Vips.Resolve();
try
{
    Rendering.Prepare();
}
catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException or VipsException)
{
    output.WriteByte(0);
    return 1;
}
ProcessLimits.Set(long.Parse(args[0], CultureInfo.InvariantCulture));
output.WriteByte(1);

var head = new byte[ImageJob.Length + sizeof(int)];
var reply = new byte[ImageReply.Length];
while (input.ReadAtLeast(head, head.Length, throwOnEndOfStream: false) == head.Length)
{
    var job = ImageJob.Read(head);
    var source = Receive(BinaryPrimitives.ReadInt32LittleEndian(head.AsSpan(ImageJob.Length)));
    ProcessLimits.GiveSeconds(job.Seconds);
    var rendered = Rendering.Render(job, source, out var result);
    Vips.UnrefArea(source);
    rendered.Write(reply);
    output.Write(reply);
    if (result == 0) continue;
    output.Write(Rendering.Bytes(result));
    Vips.UnrefArea(result);
}
return 0;

// The source in memory that libvips owns.
unsafe nint Receive(int length)
{
    var buffer = ArrayPool<byte>.Shared.Rent(Math.Max(1, length));
    try
    {
        input.ReadExactly(buffer, 0, length);
        fixed (byte* data = buffer) return Vips.CopyBlob(data, (nuint)length);
    }
    finally
    {
        ArrayPool<byte>.Shared.Return(buffer);
    }
}
