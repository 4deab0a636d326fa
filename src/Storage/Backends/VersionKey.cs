namespace Hedgerow.Storage.Backends;

/// <summary>
/// The key of stored bytes: a fresh UUID for every upload. Nothing that a client sends is ever part of it, so no name can lead out of the
/// store, and no upload can touch the bytes of another.
/// </summary>
public readonly record struct VersionKey
{
    private VersionKey(string text) => Text = text;

    /// <summary>32 hexadecimal digits in five groups, lower case.</summary>
    public string Text { get; }

    /// <summary>A key that nothing is stored under. Random, so that keys spread evenly over folders and S3's partitions.</summary>
    public static VersionKey New() => new(Guid.NewGuid().ToString("D"));

    /// <summary>The key in a row's <c>version</c>; null where the row was written by something else.</summary>
    public static VersionKey? Parse(string? text) =>
        Guid.TryParseExact(text, "D", out var id) ? new VersionKey(id.ToString("D")) : null;

    public override string ToString() => Text;
}
