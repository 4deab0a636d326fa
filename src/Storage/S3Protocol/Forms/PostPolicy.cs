using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Hedgerow.Postgres;
using Hedgerow.Storage.Api;

namespace Hedgerow.Storage.S3Protocol.Forms;

/// <summary>What whoever signed a form allows (Amazon S3 API Reference, POST Policy): until when, and what stands in its fields.</summary>
internal sealed record PostPolicy(DateTimeOffset ExpiresAt, ImmutableArray<PostCondition> Conditions)
{
    /// <summary>
    /// As in Supabase (src/storage/protocols/s3/policy.ts), these need no condition. Of every other field the policy must say something: its holder could
    /// add any, or leave out the bucket and take another one.
    /// </summary>
    private static readonly ImmutableHashSet<string> s_free =
        ["policy", "x-amz-signature", "x-amz-algorithm", "x-amz-credential", "x-amz-date", "x-amz-security-token"];

    /// <summary>The fewest bytes that the file may have.</summary>
    public long LeastBytes => Conditions.OfType<PostCondition.Length>().Select(length => length.Least).DefaultIfEmpty(0).Max();

    /// <summary>The most bytes that the file may have.</summary>
    public long MostBytes => Conditions.OfType<PostCondition.Length>().Select(length => length.Most).DefaultIfEmpty(long.MaxValue).Min();

    /// <param name="base64">As the form has it.</param>
    public static Result<PostPolicy> Parse(string base64)
    {
        try
        {
            using var document = UnicodeJson.Parse(Convert.FromBase64String(base64));
            if (document.RootElement.ValueKind != JsonValueKind.Object
                || !document.RootElement.TryGetProperty("expiration", out var expiration) || expiration.ValueKind != JsonValueKind.String
                || !DateTimeOffset.TryParse(expiration.GetString(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var expires)
                || !document.RootElement.TryGetProperty("conditions", out var list) || list.ValueKind != JsonValueKind.Array) return S3Errors.BadPolicy;
            var conditions = ImmutableArray.CreateBuilder<PostCondition>();
            foreach (var each in list.EnumerateArray())
            {
                if (Read(each) is not { } condition) return S3Errors.BadPolicy;
                conditions.Add(condition);
            }
            return new PostPolicy(expires, conditions.ToImmutable());
        }
        catch (Exception e) when (e is FormatException or JsonException)
        {
            return S3Errors.BadPolicy;
        }
    }

    /// <summary>Why the form is not what was signed; null: it is.</summary>
    /// <param name="bucket">The one that the request's path names.</param>
    public ApiError? Refuse(PostForm form, string bucket, DateTimeOffset now)
    {
        if (ExpiresAt <= now) return S3Errors.AgainstPolicy("it has expired");
        var fields = form.Fields.SetItem("bucket", bucket);
        var covered = s_free.ToBuilder();
        foreach (var condition in Conditions)
        {
            var (field, fits) = condition switch
            {
                PostCondition.Equal equal => (equal.Field, fields.GetValueOrDefault(equal.Field) == equal.Value),
                PostCondition.StartsWith start => (start.Field, fields.GetValueOrDefault(start.Field)?.StartsWith(start.Prefix, StringComparison.Ordinal) is true),
                _ => ("", true),
            };
            if (!fits) return S3Errors.AgainstPolicy($"the field {field} is another one than it says");
            covered.Add(field);
        }
        return fields.Keys.FirstOrDefault(name => !covered.Contains(name) && !name.StartsWith("x-ignore-", StringComparison.Ordinal)) is { } extra
            ? S3Errors.AgainstPolicy($"it has no condition for the field {extra}")
            : null;
    }

    /// <summary><c>{"field": "value"}</c>, <c>["eq" | "starts-with", "$field", "value"]</c> or <c>["content-length-range", least, most]</c>; null: none of them.</summary>
    private static PostCondition? Read(JsonElement condition)
    {
        if (condition.ValueKind == JsonValueKind.Object)
            return condition.EnumerateObject().ToList() is [var member] ? new PostCondition.Equal(member.Name.ToLowerInvariant(), Text(member.Value)) : null;
        if (condition.ValueKind != JsonValueKind.Array || condition.EnumerateArray().ToList() is not [var first, var second, var third]) return null;
        return (Text(first).ToLowerInvariant(), Text(second), Text(third)) switch
        {
            ("eq", ['$', .. var field], var value) => new PostCondition.Equal(field.ToLowerInvariant(), value),
            ("starts-with", ['$', .. var field], var prefix) => new PostCondition.StartsWith(field.ToLowerInvariant(), prefix),
            ("content-length-range", var least, var most) when Bytes(least, out var from) && Bytes(most, out var to) => new PostCondition.Length(from, to),
            _ => null,
        };
    }

    /// <summary>Numbers are written as such by some, as text by others.</summary>
    private static string Text(JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();

    private static bool Bytes(string text, out long bytes) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out bytes);
}
