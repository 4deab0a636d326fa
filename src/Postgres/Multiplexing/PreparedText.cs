using System.Globalization;
using System.Text;

namespace Hedgerow.Postgres.Multiplexing;

/// <summary>A statement that one connection has prepared, or is about to.</summary>
internal sealed class PreparedText(string text, int number)
{
    public string Text { get; } = text;

    /// <summary>Its name on the server, never used twice on a connection.</summary>
    public byte[] Name { get; } = Encoding.ASCII.GetBytes("h" + number.ToString(CultureInfo.InvariantCulture));

    /// <summary>Known once it is parsed; null where it returns no rows, or more columns than are worth describing.</summary>
    public RowDescription? Description { get; set; }

    /// <summary>When it was used last, by the connection's own count.</summary>
    public long Used { get; set; }
}
