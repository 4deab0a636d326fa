using System.Collections.Immutable;
using System.Text.Json;
using Npgsql;

namespace Hedgerow.Storage.Objects;

/// <summary>Rows into records, and the column lists that go with them.</summary>
internal static class Rows
{
    /// <summary>For <see cref="ReadObject"/>.</summary>
    public const string ObjectColumns =
        "o.id, o.bucket_id, o.name, o.owner_id, o.version, o.metadata::text, o.user_metadata::text, o.checksum, o.created_at, o.updated_at, o.last_accessed_at";

    /// <summary>For <see cref="ReadBucket"/>.</summary>
    public const string BucketColumns =
        "b.id, b.name, coalesce(b.owner_id, b.owner::text), b.public, b.file_size_limit, to_json(b.allowed_mime_types)::text, b.created_at, b.updated_at";

    /// <summary>For <see cref="ReadLimits"/>.</summary>
    public const string LimitColumns = "b.public, b.file_size_limit, to_json(b.allowed_mime_types)::text";

    /// <param name="first">The column that the list begins at.</param>
    public static ObjectRow ReadObject(NpgsqlDataReader reader, int first = 0)
    {
        var id = reader.GetGuid(first);
        var bucket = reader.GetString(first + 1);
        var name = reader.GetString(first + 2);
        var owner = Text(reader, first + 3);
        var version = Text(reader, first + 4);
        var metadata = Text(reader, first + 5);
        var userMetadata = Text(reader, first + 6);
        var checksum = Text(reader, first + 7);
        var (created, updated, accessed) = (Time(reader, first + 8), Time(reader, first + 9), Time(reader, first + 10));
        return new ObjectRow(id, bucket, name, owner, version, ObjectMetadata.Parse(metadata, updated), userMetadata, checksum, created, updated, accessed);
    }

    public static BucketRow ReadBucket(NpgsqlDataReader reader) => new(
        reader.GetString(0), reader.GetString(1), Text(reader, 2), !reader.IsDBNull(3) && reader.GetBoolean(3), Number(reader, 4), List(Text(reader, 5)),
        Time(reader, 6), Time(reader, 7));

    public static BucketLimits ReadLimits(NpgsqlDataReader reader) =>
        new(!reader.IsDBNull(0) && reader.GetBoolean(0), Number(reader, 1), List(Text(reader, 2)));

    public static string? Text(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

    public static long? Number(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetInt64(column);

    private static DateTime Time(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? DateTime.UnixEpoch : reader.GetDateTime(column);

    private static ImmutableArray<string>? List(string? json) => json is null ? null : JsonSerializer.Deserialize<ImmutableArray<string>>(json);
}
