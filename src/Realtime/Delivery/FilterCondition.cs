namespace Hedgerow.Realtime.Delivery;

/// <summary>One condition of a filter as a client writes it: <c>status=not.in.(draft,archived)</c>.</summary>
/// <param name="Values">One, or those of an <c>in</c> list.</param>
public sealed record FilterCondition(string Column, FilterOperator Operator, bool Negated, IReadOnlyList<string> Values);

/// <summary>PostgREST's names, and those that Supabase's clients can build beside them.</summary>
public enum FilterOperator { Eq, Neq, Lt, Lte, Gt, Gte, In, Is, Like, ILike, Match, IMatch, IsDistinct }
