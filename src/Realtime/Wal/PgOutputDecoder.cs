using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text;
using Hedgerow.Postgres;
using NpgsqlTypes;

namespace Hedgerow.Realtime.Wal;

/// <summary>
/// Reads pgoutput's messages, protocol 1 (PostgreSQL documentation, Logical Replication Message Formats). The driver reads them too, one column's
/// value an awaited call; here a change stays the bytes it came in, since most changes concern nobody, and those that do go on as UTF-8.
/// </summary>
public sealed class PgOutputDecoder
{
    private static readonly DateTime s_postgresEpoch = new(2000, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    private readonly Dictionary<uint, Relation> _relations = [];
    private readonly Queue<Relation> _truncated = [];
    private ulong _commit;
    private DateTime _committedAt;
    private uint _transaction;
    private int _position;

    /// <summary>Between a transaction's begin and its commit.</summary>
    public bool InTransaction { get; private set; }

    /// <summary>The message's meaning; null where it only prepares for later ones.</summary>
    /// <param name="message">It is kept as it is: the caller must not write to it again.</param>
    public WalMessage? Decode(byte[] message)
    {
        var read = new Reader(message);
        switch ((char)read.Byte())
        {
            case 'B':
                _commit = read.UInt64();
                _committedAt = s_postgresEpoch.AddTicks(read.Int64() * TimeSpan.TicksPerMicrosecond);
                _transaction = read.UInt32();
                _position = 0;
                InTransaction = true;
                return null;
            case 'C':
                read.Skip(1 + 8);
                InTransaction = false;
                return new WalMessage.Committed(new NpgsqlLogSequenceNumber(read.UInt64()));
            case 'R':
                var relation = ReadRelation(ref read);
                _relations[relation.Oid] = relation;
                return null;
            case 'I':
            {
                var table = _relations[read.UInt32()];
                read.Skip(1);
                return Change(table, ChangeKind.Insert, null, ReadRow(ref read, message), true, message.Length);
            }
            case 'U':
                return ReadUpdate(ref read, message);
            case 'D':
            {
                var table = _relations[read.UInt32()];
                var whole = read.Byte() == 'O';
                return Change(table, ChangeKind.Delete, ReadRow(ref read, message, whole ? null : table), null, whole, message.Length);
            }
            case 'M':
                var transactional = (read.Byte() & 1) == 1;
                var at = new NpgsqlLogSequenceNumber(read.UInt64());
                var prefix = read.Text();
                var length = read.Int32();
                return transactional ? null : new WalMessage.Emitted(at, prefix, message.AsMemory(read.Offset, length));
            case 'T':
                var tables = read.Int32();
                read.Skip(1);
                for (; tables > 0; tables--) _truncated.Enqueue(_relations[read.UInt32()]);
                return Next();
            default:
                // Types, origins: nothing that a subscriber is told.
                return null;
        }
    }

    /// <summary>What else the last message meant: a TRUNCATE is one message about several tables. Null where that was all.</summary>
    public WalMessage? Next() => _truncated.TryDequeue(out var table) ? Change(table, ChangeKind.Truncate, null, null, true, 0) : null;

    private WalMessage.Change ReadUpdate(ref Reader read, byte[] message)
    {
        var table = _relations[read.UInt32()];
        var kind = read.Byte();
        RowImage? old = null;
        var whole = false;
        if (kind is (byte)'K' or (byte)'O')
        {
            whole = kind == 'O';
            old = ReadRow(ref read, message, whole ? null : table);
            read.Skip(1);
        }
        var row = ReadRow(ref read, message);
        // An unchanged TOASTed value is logged with the old row alone.
        return Change(table, ChangeKind.Update, old, whole ? row.CompletedBy(old!) : row, whole, message.Length);
    }

    private WalMessage.Change Change(Relation table, ChangeKind kind, RowImage? old, RowImage? row, bool whole, int length) =>
        new(new LoggedChange(new Cursor(_commit, ++_position), _transaction, _committedAt, table, kind, old, row, whole, length + 200 + 24 * table.Columns.Length));

    private static Relation ReadRelation(ref Reader read)
    {
        var oid = read.UInt32();
        var schema = read.Text();
        var name = read.Text();
        read.Skip(1);
        var columns = ImmutableArray.CreateBuilder<RelationColumn>(read.UInt16());
        for (var i = 0; i < columns.Capacity; i++)
        {
            var identifies = (read.Byte() & 1) == 1;
            var column = read.Text();
            columns.Add(new RelationColumn(column, read.UInt32(), identifies));
            read.Skip(4);
        }
        // The schema pg_catalog is sent as an empty name.
        return new Relation(oid, new QualifiedName(schema.Length == 0 ? "pg_catalog" : schema, name), columns.MoveToImmutable());
    }

    /// <param name="key">Set where only the key was logged: the other columns come as nulls that they may not be.</param>
    private static RowImage ReadRow(ref Reader read, byte[] message, Relation? key = null)
    {
        var columns = new ColumnSlice[read.UInt16()];
        for (var i = 0; i < columns.Length; i++)
        {
            switch ((char)read.Byte())
            {
                case 'n':
                    columns[i] = new(key is null || key.Columns[i].Identifies ? ColumnState.Null : ColumnState.Missing, 0, 0);
                    break;
                case 'u':
                    columns[i] = new(ColumnState.Missing, 0, 0);
                    break;
                default:
                    var length = read.Int32();
                    columns[i] = new(ColumnState.Text, read.Offset, length);
                    read.Skip(length);
                    break;
            }
        }
        return new RowImage(message, columns);
    }

    private ref struct Reader(ReadOnlySpan<byte> bytes)
    {
        private readonly ReadOnlySpan<byte> _bytes = bytes;

        public int Offset { get; private set; }

        public void Skip(int count) => Offset += count;

        public byte Byte() => _bytes[Offset++];

        public ushort UInt16() => BinaryPrimitives.ReadUInt16BigEndian(Take(2));

        public int Int32() => BinaryPrimitives.ReadInt32BigEndian(Take(4));

        public uint UInt32() => BinaryPrimitives.ReadUInt32BigEndian(Take(4));

        public long Int64() => BinaryPrimitives.ReadInt64BigEndian(Take(8));

        public ulong UInt64() => BinaryPrimitives.ReadUInt64BigEndian(Take(8));

        public string Text()
        {
            var rest = _bytes[Offset..];
            var length = rest.IndexOf((byte)0);
            Offset += length + 1;
            return Encoding.UTF8.GetString(rest[..length]);
        }

        private ReadOnlySpan<byte> Take(int count)
        {
            var taken = _bytes.Slice(Offset, count);
            Offset += count;
            return taken;
        }
    }
}
