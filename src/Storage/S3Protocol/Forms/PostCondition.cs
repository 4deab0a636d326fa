namespace Hedgerow.Storage.S3Protocol.Forms;

/// <summary>What a policy asks of a form (Amazon S3 API Reference, POST Policy).</summary>
internal abstract record PostCondition
{
    /// <param name="Field">Its name in lower case.</param>
    public sealed record Equal(string Field, string Value) : PostCondition;

    /// <inheritdoc cref="Equal"/>
    public sealed record StartsWith(string Field, string Prefix) : PostCondition;

    /// <summary>Bytes in the file.</summary>
    public sealed record Length(long Least, long Most) : PostCondition;
}
