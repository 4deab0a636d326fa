namespace Hedgerow.Postgres;

/// <summary>
/// A mistake of the caller's (or a refusal by the database) on its way to a documented response.
/// <paramref name="Code"/> is a SQLSTATE or a <c>PGRST…</c> code (PostgREST, Errors).
/// </summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Code">What a program reads.</param>
/// <param name="Message">What is wrong.</param>
/// <param name="Details">More about it; a string, or JSON where <see cref="DetailsJson"/> is set.</param>
/// <param name="Hint">How to mend it.</param>
public sealed record ApiError(int Status, string Code, string Message, string? Details = null, string? Hint = null)
{
    /// <summary>Raw JSON that stands in the body's <c>details</c> in place of <see cref="Details"/> (PGRST201 lists alternatives there).</summary>
    public string? DetailsJson { get; init; }

    /// <summary>A reason phrase of its own for the status line; null for the usual one.</summary>
    public string? Reason { get; init; }

    /// <summary>Headers the response carries beside the body, such as <c>WWW-Authenticate</c>.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];
}
