using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text;

namespace Hedgerow.Postgres.Execution;

/// <summary>
/// One query that makes all of a transaction's settings and returns no rows: <c>set_config</c> never returns null, so each term of the OR is
/// evaluated, in order, and what it returns (claims, headers) is not sent back.
/// </summary>
internal static class SettingsStatement
{
    /// <summary>More than any configuration has (roles × routines with settings of their own); past it texts are written anew each time.</summary>
    private const int MostTexts = 1_000;

    private static readonly ConcurrentDictionary<SettingNames, string> s_texts = new();

    /// <param name="readOnly">The transaction has no BEGIN that would say so.</param>
    public static SqlStatement Of(ImmutableArray<KeyValuePair<string, string>> settings, bool readOnly)
    {
        var names = new SettingNames(settings, readOnly);
        if (!s_texts.TryGetValue(names, out var text))
        {
            text = Text(names);
            if (s_texts.Count < MostTexts) s_texts.TryAdd(names, text);
        }
        var values = new SqlValue[settings.Length];
        for (var i = 0; i < values.Length; i++) values[i] = new SqlValue(settings[i].Value);
        return new(text, ImmutableCollectionsMarshal.AsImmutableArray(values));
    }

    private static string Text(SettingNames names)
    {
        var text = new StringBuilder("select 1 where ");
        for (var i = 0; i < names.Settings.Length; i++)
        {
            if (i > 0) text.Append(" or ");
            text.Append("set_config(").Append(Sql.Literal(names.Settings[i].Key)).Append(", $").Append(i + 1).Append(", true) is null");
        }
        if (names.ReadOnly) text.Append(" or set_config('transaction_read_only', 'on', true) is null");
        return text.ToString();
    }

    /// <summary>The names in their order; the values do not count.</summary>
    private readonly struct SettingNames(ImmutableArray<KeyValuePair<string, string>> settings, bool readOnly) : IEquatable<SettingNames>
    {
        public ImmutableArray<KeyValuePair<string, string>> Settings { get; } = settings;
        public bool ReadOnly { get; } = readOnly;

        public bool Equals(SettingNames other)
        {
            if (ReadOnly != other.ReadOnly || Settings.Length != other.Settings.Length) return false;
            for (var i = 0; i < Settings.Length; i++)
            {
                if (Settings[i].Key != other.Settings[i].Key) return false;
            }
            return true;
        }

        public override bool Equals(object? obj) => obj is SettingNames other && Equals(other);

        public override int GetHashCode()
        {
            // Lengths tell almost all shapes apart, and cost nothing to read.
            var hash = ReadOnly ? 1 : 0;
            foreach (var setting in Settings) hash = (hash * 31) + setting.Key.Length;
            return hash;
        }
    }
}
