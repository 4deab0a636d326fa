using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Hedgerow.Storage.Backends;

/// <summary>
/// Lets the disk begin with what a file was given, without waiting for it: a large body is then on the disk soon after its last byte has come. On Linux the
/// kernel would otherwise begin when it is asked to flush (sync_file_range(2)); elsewhere it is left alone.
/// </summary>
internal static partial class Writeback
{
    private const uint Write = 2; // SYNC_FILE_RANGE_WRITE

    /// <summary>A hint: what becomes of it is told by the flush.</summary>
    public static void Begin(SafeFileHandle file, long from, long length)
    {
        if (OperatingSystem.IsLinux()) _ = SyncFileRange(file, from, length, Write);
    }

    [LibraryImport("libc", EntryPoint = "sync_file_range", SetLastError = true)]
    private static partial int SyncFileRange(SafeFileHandle file, long from, long length, uint flags);
}
