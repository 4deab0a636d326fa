using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using Hedgerow.Postgres;

namespace Hedgerow.Storage.Api;

/// <summary>
/// Reads members of a request's JSON; what does not fit is said in the words of Supabase's validator. As there, a number in quotes is a number, a number where
/// text is wanted is text, and one thing is a list of one (Ajv, Type coercion rules).
/// </summary>
internal static class JsonBody
{
    /// <summary>A member; null where it is missing, or where this is no object.</summary>
    public static JsonElement? Member(this JsonElement body, string name) => body.ValueKind == JsonValueKind.Object && body.TryGetProperty(name, out var value) ? value : null;

    /// <summary>False with the error where it is there and no string. Null counts as missing.</summary>
    public static bool Text(this JsonElement body, string name, out string? text, [NotNullWhen(false)] out ApiError? error)
    {
        (text, error) = (null, null);
        if (body.Member(name) is not { ValueKind: not JsonValueKind.Null } value) return true;
        text = Scalar(value);
        if (text is null) error = StorageErrors.Invalid($"body/{name} must be string");
        return error is null;
    }

    /// <summary>The same for a string that must be there.</summary>
    public static bool Required(this JsonElement body, string name, [NotNullWhen(true)] out string? text, [NotNullWhen(false)] out ApiError? error)
    {
        if (body.Text(name, out text, out error) && text is null) error = StorageErrors.Invalid($"body must have required property '{name}'");
        return text is not null;
    }

    public static bool Boolean(this JsonElement body, string name, out bool? truth, [NotNullWhen(false)] out ApiError? error)
    {
        (truth, error) = (null, null);
        if (body.Member(name) is not { ValueKind: not JsonValueKind.Null } value) return true;
        truth = Scalar(value) switch { "true" or "1" => true, "false" or "0" => false, _ => null };
        if (truth is null) error = StorageErrors.Invalid($"body/{name} must be boolean");
        return error is null;
    }

    /// <param name="least">The smallest number that is allowed.</param>
    public static bool Integer(this JsonElement body, string name, int least, out int? number, [NotNullWhen(false)] out ApiError? error)
    {
        (number, error) = (null, null);
        if (body.Member(name) is not { ValueKind: not JsonValueKind.Null } value) return true;
        if (value.ValueKind is not (JsonValueKind.Number or JsonValueKind.String)
            || !double.TryParse(Scalar(value), NumberStyles.Float, CultureInfo.InvariantCulture, out var any) || any != Math.Floor(any)) error = StorageErrors.Invalid($"body/{name} must be integer");
        else if (any < least) error = StorageErrors.Invalid($"body/{name} must be >= {least}");
        else number = (int)Math.Min(any, int.MaxValue);
        return error is null;
    }

    /// <summary>Strings; null where the member is missing or null.</summary>
    public static bool Texts(this JsonElement body, string name, out ImmutableArray<string>? texts, [NotNullWhen(false)] out ApiError? error)
    {
        (texts, error) = (null, null);
        if (body.Member(name) is not { ValueKind: not JsonValueKind.Null } value) return true;
        if (Scalar(value) is { } single)
        {
            texts = [single];
            return true;
        }
        if (value.ValueKind != JsonValueKind.Array)
        {
            error = StorageErrors.Invalid($"body/{name} must be array");
            return false;
        }
        var list = ImmutableArray.CreateBuilder<string>(value.GetArrayLength());
        foreach (var item in value.EnumerateArray())
        {
            if (Scalar(item) is not { } text)
            {
                error = StorageErrors.Invalid($"body/{name}/{list.Count} must be string");
                return false;
            }
            list.Add(text);
        }
        texts = list.ToImmutable();
        return true;
    }

    /// <summary>One of a closed set of words; null where it is missing.</summary>
    public static bool OneOf(this JsonElement body, string name, ReadOnlySpan<string> words, out string? word, [NotNullWhen(false)] out ApiError? error)
    {
        if (body.Text(name, out word, out error) && word is not null && !words.Contains(word)) error = StorageErrors.Invalid($"body/{name} must be equal to one of the allowed values");
        return error is null;
    }

    /// <summary>As text; null where it is none of text, number and truth.</summary>
    private static string? Scalar(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Number => value.GetRawText(),
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        _ => null,
    };
}
