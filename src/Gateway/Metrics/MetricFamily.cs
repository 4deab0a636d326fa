using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace Hedgerow.Gateway.Metrics;

/// <summary>All series of one instrument.</summary>
internal sealed class MetricFamily(Instrument instrument)
{
    /// <summary>Series at most: a label that grows without end must not take the memory.</summary>
    private const int MaxSeries = 1000;

    // Seconds, from a cached answer to a statement timeout (OpenTelemetry's advice for http.server.request.duration).
    private static readonly double[] s_bounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

    private readonly bool _isHistogram = MetricNames.IsHistogram(instrument);
    private readonly bool _adds = MetricNames.Adds(instrument);
    private readonly ConcurrentDictionary<int, Series[]> _series = new();
    private int _count;

    public string Name { get; } = MetricNames.Of(instrument);

    public void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (Find(tags) is not { } series) return;
        lock (series)
        {
            if (_isHistogram) series.Observe(value);
            else series.Value = _adds ? series.Value + value : value;
        }
    }

    /// <summary>The sum of the series that bear all of these tags.</summary>
    public double Sum(params ReadOnlySpan<(string Name, string Value)> tags)
    {
        var sum = 0.0;
        foreach (var series in _series.Values.SelectMany(chain => chain))
        {
            var bears = true;
            foreach (var (name, value) in tags) bears &= series.Tags.Bears(name, value);
            if (!bears) continue;
            lock (series) sum += series.Value;
        }
        return sum;
    }

    public void Write(StringBuilder text)
    {
        if (_series.IsEmpty) return;
        text.Append("# HELP ").Append(Name).Append(' ').Append(instrument.Description).Append('\n');
        text.Append("# TYPE ").Append(Name).Append(' ').Append(MetricNames.Type(instrument)).Append('\n');
        foreach (var series in _series.Values.SelectMany(chain => chain))
        {
            lock (series)
            {
                if (_isHistogram) series.WriteHistogram(text, Name);
                else Line(text, Name, "", series.Tags.Labels, series.Value);
            }
        }
    }

    private Series? Find(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var hash = TagSet.Hash(tags);
        while (true)
        {
            var known = _series.TryGetValue(hash, out var chain);
            foreach (var series in chain ?? [])
            {
                if (series.Tags.Is(tags)) return series;
            }
            if (_count >= MaxSeries) return null;
            var added = new Series(new TagSet(tags), _isHistogram ? s_bounds.Length + 1 : 0);
            Series[] longer = [.. chain ?? [], added];
            if (!(known ? _series.TryUpdate(hash, longer, chain!) : _series.TryAdd(hash, longer))) continue;
            Interlocked.Increment(ref _count);
            return added;
        }
    }

    private static void Line(StringBuilder text, string name, string suffix, string labels, double value)
    {
        text.Append(name).Append(suffix);
        if (labels.Length > 0) text.Append('{').Append(labels).Append('}');
        text.Append(' ').Append(value.ToString("R", CultureInfo.InvariantCulture)).Append('\n');
    }

    private sealed class Series(TagSet tags, int buckets)
    {
        private readonly long[] _buckets = new long[buckets];
        private double _sum;
        private long _count;

        public TagSet Tags { get; } = tags;
        public double Value { get; set; }

        public void Observe(double value)
        {
            var at = Array.BinarySearch(s_bounds, value);
            _buckets[at < 0 ? ~at : at]++;
            _sum += value;
            _count++;
        }

        public void WriteHistogram(StringBuilder text, string name)
        {
            var separator = Tags.Labels.Length > 0 ? "," : "";
            var below = 0L;
            for (var i = 0; i < s_bounds.Length; i++)
            {
                below += _buckets[i];
                Line(text, name, "_bucket", $"{Tags.Labels}{separator}le=\"{s_bounds[i].ToString(CultureInfo.InvariantCulture)}\"", below);
            }
            Line(text, name, "_bucket", $"{Tags.Labels}{separator}le=\"+Inf\"", _count);
            Line(text, name, "_sum", Tags.Labels, _sum);
            Line(text, name, "_count", Tags.Labels, _count);
        }
    }
}
