using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Hedgerow.Realtime.Rows;
using Hedgerow.Realtime.Wal;

namespace Hedgerow.Realtime.Delivery;

/// <summary>
/// What is told of a change, cut to the columns that its readers may see. Everybody who may see the same shares one, and with it the JSON, which is
/// written when the first of them asks.
/// </summary>
/// <param name="change">As it was logged.</param>
/// <param name="kind">As these readers see it: a row that leaves their sight is a DELETE to them.</param>
/// <param name="table">Columns and types.</param>
/// <param name="visible">For each column, whether these readers see it.</param>
/// <param name="key">For each column, whether it is of the primary key.</param>
/// <param name="old">The old row where they could see it.</param>
/// <param name="keyOnly">Supabase tells of an old row under row-level security its key alone.</param>
public sealed class ChangePayload(LoggedChange change, ChangeKind kind, TableShape table, bool[] visible, bool[] key, RowImage? old, bool keyOnly)
{
    private static readonly byte[][] s_kinds = ["INSERT"u8.ToArray(), "UPDATE"u8.ToArray(), "DELETE"u8.ToArray()];

    private byte[]? _supabase, _whole;

    public ChangeKind Kind => kind;
    public Cursor Cursor => change.Cursor;

    /// <summary>What it costs to keep it waiting.</summary>
    public int Bytes => change.Bytes;

    /// <summary>
    /// The <c>data</c> of Supabase's <c>postgres_changes</c>: <c>{schema, table, commit_timestamp, type, columns, record, old_record, errors}</c>, and
    /// <c>cursor</c> beside them. UTF-8.
    /// </summary>
    public ReadOnlyMemory<byte> ToSupabaseJson() => _supabase ??= Write(keyOnly);

    /// <summary>The same with the whole old row where it was logged and visible.</summary>
    public ReadOnlyMemory<byte> ToJson() => !keyOnly ? ToSupabaseJson() : _whole ??= Write(oldKeyOnly: false);

    private byte[] Write(bool oldKeyOnly)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer, RowEncoding.Writer))
        {
            json.WriteStartObject();
            json.WriteString("schema"u8, table.Relation.Name.Schema);
            json.WriteString("table"u8, table.Relation.Name.Name);
            json.WriteString("commit_timestamp"u8, change.CommittedAt.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
            json.WriteString("type"u8, s_kinds[(int)kind]);
            json.WriteStartArray("columns"u8);
            for (var i = 0; i < table.Columns.Length; i++)
            {
                if (!visible[i]) continue;
                json.WriteStartObject();
                json.WriteString("name"u8, table.Names[i]);
                json.WriteString("type"u8, table.Columns[i].Name);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            if (kind != ChangeKind.Delete)
            {
                json.WritePropertyName("record"u8);
                RowJson.WriteRow(json, change.New!, table, column => visible[column]);
            }
            if (kind != ChangeKind.Insert)
            {
                json.WritePropertyName("old_record"u8);
                if (old is null)
                {
                    json.WriteStartObject();
                    json.WriteEndObject();
                }
                else RowJson.WriteRow(json, old, table, column => visible[column] && (!oldKeyOnly || key[column]));
            }
            json.WriteNull("errors"u8);
            json.WriteString("cursor"u8, change.Cursor.ToString());
            json.WriteEndObject();
        }
        return buffer.WrittenSpan.ToArray();
    }
}

/// <summary>A change on its way to one subscriber.</summary>
/// <param name="Bindings">The numbers of the subscription's bindings that it meets.</param>
public sealed record VisibleChange(ChangePayload Payload, IReadOnlyList<int> Bindings)
{
    public Cursor Cursor => Payload.Cursor;
}
