using System.Text.Json;

namespace Hedgerow.Rest.OpenApi;

/// <summary>What OpenAPI 2.0 calls PostgreSQL's types (PostgREST, OpenAPI).</summary>
internal static class SwaggerType
{
    /// <summary>Null for JSON, which may be anything.</summary>
    public static string? Of(string type) => type switch
    {
        "boolean" => "boolean",
        "smallint" or "integer" or "bigint" => "integer",
        "numeric" or "real" or "double precision" => "number",
        "json" or "jsonb" => null,
        _ when IsArray(type) => "array",
        _ => "string",
    };

    /// <summary>The width of an integer; of other types PostgreSQL's name.</summary>
    public static string Format(string type) => type switch
    {
        "smallint" or "integer" => "int32",
        "bigint" => "int64",
        _ => type,
    };

    public static bool IsArray(string type) => type.EndsWith("[]", StringComparison.Ordinal);

    public static string ElementOf(string array) => array[..^2];

    /// <summary><c>type</c>, <c>format</c> and <c>items</c> of a property.</summary>
    public static void WriteProperty(Utf8JsonWriter json, string type)
    {
        json.WriteString("format", Format(type));
        if (Of(type) is { } name) json.WriteString("type", name);
        if (!IsArray(type)) return;
        json.WriteStartObject("items");
        if (Of(ElementOf(type)) is { } element) json.WriteString("type", element);
        json.WriteEndObject();
    }

    /// <summary>A column's default where it is a constant: <c>'abc'::text</c>, <c>42</c>, <c>true</c>; an expression is left out unless the type is text-like, then its text stands for it.</summary>
    public static void WriteDefault(Utf8JsonWriter json, string type, string expression)
    {
        var text = expression;
        if (Of(type) == "string")
        {
            var suffix = "::" + type;
            if (text.EndsWith(suffix, StringComparison.Ordinal)) text = text[..^suffix.Length].Trim('\'');
            text = $"\"{text}\"";
        }
        try
        {
            using var value = JsonDocument.Parse(text);
            json.WritePropertyName("default");
            value.WriteTo(json);
        }
        catch (JsonException)
        {
            // An expression such as nextval(…): the document has no words for it.
        }
    }
}
