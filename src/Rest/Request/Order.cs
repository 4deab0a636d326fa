namespace Hedgerow.Rest.Request;

/// <summary>One term of <c>order=</c>. <paramref name="Relation"/> is set for <c>relation(column)</c>.</summary>
public sealed record OrderTerm(Field Field, string? Relation, bool? Descending, bool? NullsFirst);

/// <summary><c>limit</c> and <c>offset</c>; a null limit is no limit.</summary>
public readonly record struct RowRange(long Offset, long? Limit)
{
    public static readonly RowRange All = new(0, null);
}
