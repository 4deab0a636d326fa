using System.Buffers.Binary;
using System.Security.Cryptography;
using Hedgerow.Storage.Backends;

namespace Hedgerow.Storage.S3Protocol.Payload;

/// <summary>A checksum of S3's (Amazon S3 User Guide, Checking object integrity), while bytes pass.</summary>
internal abstract class Checksum : IDisposable
{
    private const string Prefix = "x-amz-checksum-";

    /// <summary>Names as they follow <c>x-amz-checksum-</c>, and the length of each in bytes.</summary>
    private static readonly (string Name, int Length)[] s_known = [("crc32", 4), ("crc32c", 4), ("crc64nvme", 8), ("sha1", 20), ("sha256", 32)];

    /// <summary>Null: the header names no checksum that is known here.</summary>
    public static Checksum? ForHeader(string header) => header.StartsWith(Prefix, StringComparison.Ordinal) ? ForName(header[Prefix.Length..]) : null;

    /// <summary>That of <c>Content-MD5</c>.</summary>
    public static Checksum Md5() => new Hash(HashAlgorithmName.MD5);

    /// <summary>The headers that carry one.</summary>
    public static IEnumerable<string> Headers => s_known.Select(known => Prefix + known.Name);

    /// <summary>Bytes of the checksum that a header carries.</summary>
    public static int LengthOf(string header) => s_known.First(known => Prefix + known.Name == header).Length;

    public abstract void Append(ReadOnlySpan<byte> bytes);

    /// <summary>The checksum of all that passed, big-endian. To be asked once.</summary>
    public abstract byte[] Finish();

    public virtual void Dispose()
    {
    }

    private static Checksum? ForName(string name) => name switch
    {
        "crc32" => new Reflected(ReflectedCrc.Crc32),
        "crc32c" => new Castagnoli(),
        "crc64nvme" => new Reflected(ReflectedCrc.Crc64Nvme),
        "sha1" => new Hash(HashAlgorithmName.SHA1),
        "sha256" => new Hash(HashAlgorithmName.SHA256),
        _ => null,
    };

    private sealed class Reflected(ReflectedCrc crc) : Checksum
    {
        private ulong _state = crc.Ones;

        public override void Append(ReadOnlySpan<byte> bytes) => _state = crc.Append(_state, bytes);

        public override byte[] Finish()
        {
            var bytes = new byte[8];
            BinaryPrimitives.WriteUInt64BigEndian(bytes, _state ^ crc.Ones);
            return bytes[(8 - crc.Bits / 8)..];
        }
    }

    private sealed class Castagnoli : Checksum
    {
        private uint _state = uint.MaxValue;

        public override void Append(ReadOnlySpan<byte> bytes) => _state = Crc32C.Append(_state, bytes);

        public override byte[] Finish()
        {
            var bytes = new byte[4];
            BinaryPrimitives.WriteUInt32BigEndian(bytes, ~_state);
            return bytes;
        }
    }

    private sealed class Hash(HashAlgorithmName algorithm) : Checksum
    {
        private readonly IncrementalHash _hash = IncrementalHash.CreateHash(algorithm);

        public override void Append(ReadOnlySpan<byte> bytes) => _hash.AppendData(bytes);

        public override byte[] Finish() => _hash.GetHashAndReset();

        public override void Dispose() => _hash.Dispose();
    }
}
