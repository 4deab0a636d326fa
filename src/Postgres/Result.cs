using System.Diagnostics.CodeAnalysis;

namespace Hedgerow.Postgres;

/// <summary>Either a value or the <see cref="ApiError"/> that stands in its place. Users' mistakes travel as values, never as exceptions.</summary>
public readonly struct Result<T> where T : notnull
{
    private readonly T? _value;
    private readonly ApiError? _error;

    private Result(T? value, ApiError? error) => (_value, _error) = (value, error);

    /// <summary>True with <paramref name="value"/> set, or false with <paramref name="error"/> set.</summary>
    public bool Ok([NotNullWhen(true)] out T? value, [NotNullWhen(false)] out ApiError? error)
    {
        (value, error) = (_value, _error);
        return error is null;
    }

    /// <summary>The error, or null where there is a value.</summary>
    public ApiError? Error => _error;

    public static implicit operator Result<T>(T value) => new(value, null);
    public static implicit operator Result<T>(ApiError error) => new(default, error);
}
