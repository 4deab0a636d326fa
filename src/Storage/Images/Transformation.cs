using System.Globalization;
using System.Text.Json;
using Hedgerow.ImageWorker;
using Hedgerow.Postgres;
using Microsoft.AspNetCore.Http;

namespace Hedgerow.Storage.Images;

/// <summary>How an image is to be rendered, as a query string, a request's JSON or a signed URL's token says it. Null and 0: not said.</summary>
public sealed record Transformation(int Width = 0, int Height = 0, ResizeMode? Resize = null, int Quality = 0, ImageFormat? Format = null)
{
    private const int DefaultQuality = 80;

    private static readonly ImageFormat[] s_formats = [ImageFormat.Origin, ImageFormat.Avif, ImageFormat.Webp, ImageFormat.Jpeg, ImageFormat.Png];

    /// <summary>The parameters of <c>/render/image/…</c>.</summary>
    public static Result<Transformation> Of(IQueryCollection query) =>
        Parse("querystring", name => query.TryGetValue(name, out var values) ? values.ToString() : null);

    /// <summary>The member <c>transform</c> of a request that signs a URL; where there is none, or an empty one, one that says nothing.</summary>
    public static Result<Transformation> Of(JsonElement body)
    {
        if (!body.TryGetProperty("transform", out var transform) || transform.ValueKind == JsonValueKind.Null) return new Transformation();
        if (transform.ValueKind != JsonValueKind.Object) return StorageErrors.Invalid("body/transform must be object");
        return Parse("body/transform", name => !transform.TryGetProperty(name, out var value) ? null : value.ValueKind == JsonValueKind.String ? value.GetString() : value.GetRawText());
    }

    /// <summary>What <see cref="ToString"/> made, out of a token whose signature is good.</summary>
    public static Result<Transformation> Of(string token)
    {
        var members = token.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(member => member.Split(':', 2)).Where(member => member.Length == 2)
            .GroupBy(member => member[0], StringComparer.Ordinal).ToDictionary(group => group.Key, group => group.Last()[1], StringComparer.Ordinal);
        return Parse("token", name => members.GetValueOrDefault(name) is { } value && value != "undefined" ? value : null);
    }

    public bool IsEmpty => this == new Transformation();

    /// <summary>As Supabase writes it into tokens and into <c>X-Transformations</c>: <c>height:200,width:100,resize:contain</c>.</summary>
    public override string ToString() => string.Join(',', Members());

    /// <summary>With no format asked for, WebP where the client says that it takes it, else the source's own: as Supabase has imgproxy do it.</summary>
    /// <param name="accept">The request's <c>Accept</c>.</param>
    public ImageFormat FormatFor(string accept) =>
        Format ?? (accept.Contains("image/webp", StringComparison.OrdinalIgnoreCase) ? ImageFormat.Webp : ImageFormat.Origin);

    /// <summary>The answer depends on <c>Accept</c>.</summary>
    public bool IsNegotiated => Format is null;

    public ImageJob Job(ImageFormat format, ImageOptions options, int maxResultBytes) => new(
        Math.Min(Width, options.MaxSize), Math.Min(Height, options.MaxSize), Resize ?? ResizeMode.Cover, Quality == 0 ? DefaultQuality : Quality, format,
        options.MaxSourceMegapixels * 1_000_000L, options.MaxFrames, maxResultBytes, options.TimeoutSeconds);

    private IEnumerable<string> Members()
    {
        if (Height > 0) yield return string.Create(CultureInfo.InvariantCulture, $"height:{Height}");
        if (Width > 0) yield return string.Create(CultureInfo.InvariantCulture, $"width:{Width}");
        if (Resize is { } resize) yield return $"resize:{Name(resize)}";
        if (Quality > 0) yield return string.Create(CultureInfo.InvariantCulture, $"quality:{Quality}");
        if (Format is { } format) yield return $"format:{Name(format)}";
    }

    /// <param name="where">For messages, which are those of Supabase's validator.</param>
    private static Result<Transformation> Parse(string where, Func<string, string?> value)
    {
        if (!Number("width", 0, int.MaxValue, out var width, out var error) || !Number("height", 0, int.MaxValue, out var height, out error)
            || !Number("quality", 20, 100, out var quality, out error)
            || !Choice<ResizeMode>("resize", [ResizeMode.Cover, ResizeMode.Contain, ResizeMode.Fill], out var resize, out error)
            || !Choice<ImageFormat>("format", s_formats, out var format, out error)) return error!;
        return new Transformation(width, height, resize, quality, format);

        bool Number(string name, int least, int most, out int number, out ApiError? error)
        {
            (number, error) = (0, null);
            if (value(name) is not { } text) return true;
            if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var any) || !double.IsFinite(any) || any != Math.Floor(any))
                error = StorageErrors.Invalid($"{where}/{name} must be integer");
            else if (any < least) error = StorageErrors.Invalid($"{where}/{name} must be >= {least}");
            else if (any > most && most < int.MaxValue) error = StorageErrors.Invalid($"{where}/{name} must be <= {most}");
            else number = (int)Math.Min(any, most);
            return error is null;
        }

        bool Choice<T>(string name, T[] choices, out T? chosen, out ApiError? error) where T : struct, Enum
        {
            (chosen, error) = (null, null);
            if (value(name) is not { } text) return true;
            foreach (var choice in choices)
                if (Name(choice) == text) chosen = choice;
            if (chosen is null) error = StorageErrors.Invalid($"{where}/{name} must be one of {string.Join(", ", choices.Select(Name))}");
            return error is null;
        }
    }

    private static string Name<T>(T choice) where T : struct, Enum => choice.ToString().ToLowerInvariant();
}
