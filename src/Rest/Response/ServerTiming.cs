using System.Diagnostics;
using System.Globalization;

namespace Hedgerow.Rest.Response;

/// <summary>The stages of a request, as the <c>Server-Timing</c> header names them.</summary>
internal enum Stage { Parse, Plan, Transaction, Response }

/// <summary>How long each stage took.</summary>
internal struct ServerTiming()
{
    private long _last = Stopwatch.GetTimestamp();
    private TimeSpan _parse, _plan, _transaction;

    /// <summary>What the host spent on the token before this room saw the request.</summary>
    public TimeSpan Token { get; set; }

    /// <summary>The stage ends now.</summary>
    public void Mark(Stage stage)
    {
        var now = Stopwatch.GetTimestamp();
        var elapsed = Stopwatch.GetElapsedTime(_last, now);
        _last = now;
        switch (stage)
        {
            case Stage.Parse: _parse = elapsed; break;
            case Stage.Plan: _plan = elapsed; break;
            case Stage.Transaction: _transaction = elapsed; break;
        }
    }

    /// <summary>Milliseconds.</summary>
    public readonly string Header() => string.Create(CultureInfo.InvariantCulture,
        $"jwt;dur={Token.TotalMilliseconds:F1}, parse;dur={_parse.TotalMilliseconds:F1}, plan;dur={_plan.TotalMilliseconds:F1}, transaction;dur={_transaction.TotalMilliseconds:F1}, response;dur={Stopwatch.GetElapsedTime(_last).TotalMilliseconds:F1}");
}
