using System.Buffers.Text;
using System.Text;

namespace Hedgerow.Storage.Api;

/// <summary>Where a list goes on, as text that clients hand back and do not read. It says nothing that they do not know.</summary>
/// <param name="After">The last name they saw.</param>
/// <param name="AfterTime">That entry's time, where the list is sorted by one.</param>
public sealed record ListCursor(string After, string? SortColumn, string AfterTime, bool Descending)
{
    /// <summary>Null where it is not one of ours.</summary>
    public static ListCursor? Parse(string text)
    {
        byte[] bytes;
        try
        {
            bytes = Base64Url.DecodeFromChars(text);
        }
        catch (FormatException)
        {
            return null;
        }
        return Encoding.UTF8.GetString(bytes).Split('\n') is [var order and ("a" or "d"), var column and ("" or "name" or "created_at" or "updated_at"), var time, { Length: > 0 } after]
            && (time.Length == 0 || DateTimeOffset.TryParse(time, System.Globalization.CultureInfo.InvariantCulture, out _))
            ? new ListCursor(after, column.Length == 0 ? null : column, time, order == "d")
            : null;
    }

    public override string ToString() =>
        Base64Url.EncodeToString(Encoding.UTF8.GetBytes($"{(Descending ? "d" : "a")}\n{SortColumn}\n{AfterTime}\n{After}"));
}
