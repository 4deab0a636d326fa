using System.Text.Json;
using Hedgerow.Rest.Schema;

namespace Hedgerow.Rest.OpenApi;

/// <summary>Writes <c>paths</c>: the root, a path a relation, a path a function.</summary>
internal static class PathWriter
{
    private static readonly string[] Json = ["application/json", "application/vnd.pgrst.object+json;nulls=stripped", "application/vnd.pgrst.object+json"];

    public static void WriteRoot(Utf8JsonWriter json)
    {
        json.WriteStartObject("/");
        json.WriteStartObject("get");
        WriteStrings(json, "tags", "Introspection");
        json.WriteString("summary", "OpenAPI description (this document)");
        WriteStrings(json, "produces", "application/openapi+json", "application/json");
        WriteResponses(json, 200, "OK");
        json.WriteEndObject();
        json.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter json, Table table)
    {
        var name = table.Name.Name;
        string[] filters = [.. table.Columns.Select(c => ParameterWriter.FilterOf(table, c))];
        json.WriteStartObject($"/{name}");
        WriteOperation(json, "get", table, [.. filters, "select", "order", "range", "rangeUnit", "offset", "limit", "preferCount"]);
        WriteRows(json, name);
        json.WriteEndObject();
        if (table.Insertable || table.Updatable || table.Deletable)
        {
            WriteOperation(json, "post", table, [$"body.{name}", "select", "preferPost"]);
            WriteResponses(json, 201, "Created");
            json.WriteEndObject();
            WriteOperation(json, "patch", table, [.. filters, $"body.{name}", "preferReturn"]);
            WriteResponses(json, 204, "No Content");
            json.WriteEndObject();
            WriteOperation(json, "delete", table, [.. filters, "preferReturn"]);
            WriteResponses(json, 204, "No Content");
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter json, Routine routine)
    {
        json.WriteStartObject($"/rpc/{routine.Name.Name}");
        if (routine.Volatility != Volatility.Volatile)
        {
            WriteCall(json, "get", routine);
            if (!routine.Parameters.IsEmpty)
            {
                json.WriteStartArray("parameters");
                foreach (var parameter in routine.Parameters) WriteArgument(json, parameter);
                json.WriteEndArray();
            }
            json.WriteEndObject();
        }
        WriteCall(json, "post", routine);
        json.WriteStartArray("parameters");
        WriteArguments(json, routine);
        WriteReference(json, "preferParams");
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    /// <summary>An operation up to its responses; the caller writes those and closes it.</summary>
    private static void WriteOperation(Utf8JsonWriter json, string method, Table table, string[] parameters)
    {
        json.WriteStartObject(method);
        WriteStrings(json, "tags", table.Name.Name);
        WriteComment(json, table.Description);
        json.WriteStartArray("parameters");
        foreach (var parameter in parameters) WriteReference(json, parameter);
        json.WriteEndArray();
    }

    private static void WriteCall(Utf8JsonWriter json, string method, Routine routine)
    {
        json.WriteStartObject(method);
        WriteStrings(json, "tags", $"(rpc) {routine.Name.Name}");
        WriteComment(json, routine.Description);
        WriteStrings(json, "produces", Json);
        WriteResponses(json, 200, "OK");
    }

    private static void WriteArgument(Utf8JsonWriter json, RoutineParameter parameter)
    {
        json.WriteStartObject();
        json.WriteString("name", parameter.Name);
        json.WriteBoolean("required", parameter.Required);
        json.WriteString("in", "query");
        if (parameter.Variadic)
        {
            json.WriteString("type", SwaggerType.Of(parameter.Type) ?? "string");
            json.WriteString("collectionFormat", "multi");
            json.WriteStartObject("items");
            var element = SwaggerType.IsArray(parameter.Type) ? SwaggerType.ElementOf(parameter.Type) : parameter.Type;
            if (SwaggerType.Of(element) is { } type) json.WriteString("type", type);
            json.WriteString("format", SwaggerType.Format(element));
            json.WriteEndObject();
        }
        else
        {
            // In a query string an array is a literal {…}, and JSON is text.
            json.WriteString("type", SwaggerType.Of(parameter.Type) is { } type and not "array" ? type : "string");
            json.WriteString("format", SwaggerType.Format(parameter.Type));
        }
        json.WriteEndObject();
    }

    private static void WriteArguments(Utf8JsonWriter json, Routine routine)
    {
        json.WriteStartObject();
        json.WriteString("name", "args");
        json.WriteBoolean("required", true);
        json.WriteString("in", "body");
        json.WriteStartObject("schema");
        if (routine.Description is not null) json.WriteString("description", routine.Description);
        json.WriteString("type", "object");
        if (routine.Parameters.Any(p => p.Required))
            WriteStrings(json, "required", [.. routine.Parameters.Where(p => p.Required).Select(p => p.Name)]);
        if (!routine.Parameters.IsEmpty)
        {
            json.WriteStartObject("properties");
            foreach (var parameter in routine.Parameters)
            {
                json.WriteStartObject(parameter.Name);
                SwaggerType.WriteProperty(json, parameter.Type);
                json.WriteEndObject();
            }
            json.WriteEndObject();
        }
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteRows(Utf8JsonWriter json, string name)
    {
        json.WriteStartObject("responses");
        json.WriteStartObject("200");
        json.WriteString("description", "OK");
        json.WriteStartObject("schema");
        json.WriteString("type", "array");
        json.WriteStartObject("items");
        json.WriteString("$ref", $"#/definitions/{name}");
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteStartObject("206");
        json.WriteString("description", "Partial Content");
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteComment(Utf8JsonWriter json, string? text)
    {
        var comment = Comment.Split(text);
        if (comment.Summary is not null) json.WriteString("summary", comment.Summary);
        if (comment.Description is not null) json.WriteString("description", comment.Description);
    }

    private static void WriteResponses(Utf8JsonWriter json, int status, string description)
    {
        json.WriteStartObject("responses");
        json.WriteStartObject(status.ToString(System.Globalization.CultureInfo.InvariantCulture));
        json.WriteString("description", description);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteReference(Utf8JsonWriter json, string parameter)
    {
        json.WriteStartObject();
        json.WriteString("$ref", $"#/parameters/{parameter}");
        json.WriteEndObject();
    }

    private static void WriteStrings(Utf8JsonWriter json, string name, params ReadOnlySpan<string> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values) json.WriteStringValue(value);
        json.WriteEndArray();
    }
}
