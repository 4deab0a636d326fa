using System.Globalization;
using Hedgerow.Storage.Backends;

namespace Hedgerow.Storage.S3Protocol.Calls;

/// <summary><c>x-amz-copy-source-range: bytes=first-last</c>. Unlike a <c>Range</c> it must name both, and both must exist (UploadPartCopy).</summary>
internal static class CopyRange
{
    public static bool TryParse(string text, long size, out ByteRange? range)
    {
        range = null;
        if (!text.StartsWith("bytes=", StringComparison.Ordinal) || text[6..].Split('-') is not [var before, var behind]
            || !long.TryParse(before, NumberStyles.None, CultureInfo.InvariantCulture, out var first)
            || !long.TryParse(behind, NumberStyles.None, CultureInfo.InvariantCulture, out var last)
            || first > last || last >= size) return false;
        range = new ByteRange(first, last);
        return true;
    }
}
