using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Hedgerow.Postgres;

namespace Hedgerow.Rest.Request;

/// <summary>
/// Checks a JSON body in one pass over its bytes, without building it: well-formed, an object or objects with the same keys.
/// PostgreSQL receives the text as it came.
/// </summary>
internal static class JsonBody
{
    private static readonly ApiError Malformed = RequestErrors.Body("Empty or invalid json");
    private static readonly ApiError Uneven = RequestErrors.Body("All object keys must match");
    private static readonly JsonPayload Nothing = new("[]", [], true);

    /// <summary>Deeper than PostgreSQL's stack would take; the reader needs a bit a level.</summary>
    private static readonly JsonReaderOptions Options = new() { MaxDepth = 5000 };

    /// <summary>A body whose keys <c>columns=</c> names: nothing in it is looked at. What is no object is for PostgreSQL to refuse as an array.</summary>
    public static JsonPayload Unread(ReadOnlySpan<byte> body, ImmutableArray<string> columns)
    {
        var first = body.IndexOfAnyExcept(" \t\r\n"u8);
        return new(Encoding.UTF8.GetString(body), columns, first < 0 || body[first] != '{');
    }

    public static Result<Payload> Parse(ReadOnlySpan<byte> body)
    {
        if (!Utf8.IsValid(body)) return Malformed;
        try
        {
            var reader = new Utf8JsonReader(body, Options);
            if (!reader.Read()) return Malformed;
            switch (reader.TokenType)
            {
                case JsonTokenType.StartObject:
                    var keys = KeysOf(ref reader);
                    return AtEnd(ref reader) ? Payload(body, keys, isArray: false) : Malformed;
                case JsonTokenType.StartArray:
                    return ParseArray(body, ref reader);
                default:
                    return AtEnd(ref reader) ? Nothing : Malformed;
            }
        }
        catch (JsonException)
        {
            return Malformed;
        }
        catch (InvalidOperationException)
        {
            // A key with half of a surrogate pair.
            return Malformed;
        }
    }

    private static Result<Payload> ParseArray(ReadOnlySpan<byte> body, ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.EndArray) return AtEnd(ref reader) ? Nothing : Malformed;
        var even = reader.TokenType == JsonTokenType.StartObject;
        var keys = even ? KeysOf(ref reader) : [];
        if (!even) reader.Skip();
        var expected = new ExpectedKeys(keys);
        for (var row = 1; reader.Read() && reader.TokenType != JsonTokenType.EndArray; row++)
        {
            // The rest is read all the same: malformed JSON is told before uneven keys.
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                even = false;
                reader.Skip();
            }
            else if (!expected.Match(ref reader, row))
            {
                even = false;
            }
        }
        if (!AtEnd(ref reader)) return Malformed;
        return even ? Payload(body, keys, isArray: true) : Uneven;
    }

    private static JsonPayload Payload(ReadOnlySpan<byte> body, List<string> keys, bool isArray) =>
        new(Encoding.UTF8.GetString(body), [.. keys.Order(StringComparer.Ordinal)], isArray);

    private static bool AtEnd(ref Utf8JsonReader reader) => !reader.Read();

    /// <summary>Each key of the object that the reader stands at once, in order; the reader is at its end then.</summary>
    private static List<string> KeysOf(ref Utf8JsonReader reader)
    {
        var keys = new List<string>();
        HashSet<string>? seen = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var key = reader.GetString()!;
            // A list is searched faster than a set is made, while it is short.
            if (keys.Count == 16) seen = [.. keys];
            if (seen is null ? !keys.Contains(key) : seen.Add(key)) keys.Add(key);
            reader.Skip();
        }
        return keys;
    }

    /// <summary>The first object's keys, against which the others are held.</summary>
    private sealed class ExpectedKeys(List<string> keys)
    {
        private readonly byte[][] _keys = [.. keys.Select(Encoding.UTF8.GetBytes)];
        private readonly int[] _seenInRow = new int[keys.Count];
        private Dictionary<string, int>? _index;

        /// <summary>Whether the object that the reader stands at has these keys and no other; it is at the object's end then.</summary>
        public bool Match(ref Utf8JsonReader reader, int row)
        {
            var matched = true;
            var distinct = 0;
            for (var i = 0; reader.Read() && reader.TokenType == JsonTokenType.PropertyName; i++)
            {
                // Rows nearly always name their keys in the same order.
                var at = i < _keys.Length && reader.ValueTextEquals(_keys[i]) ? i : Find(reader.GetString()!);
                if (at < 0)
                {
                    matched = false;
                }
                else if (_seenInRow[at] != row)
                {
                    _seenInRow[at] = row;
                    distinct++;
                }
                reader.Skip();
            }
            return matched && distinct == _keys.Length;
        }

        private int Find(string key)
        {
            _index ??= keys.Select((k, i) => (k, i)).ToDictionary(p => p.k, p => p.i);
            return _index.GetValueOrDefault(key, -1);
        }
    }
}
