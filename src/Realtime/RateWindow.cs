namespace Hedgerow.Realtime;

/// <summary>So many in each second.</summary>
internal sealed class RateWindow(int allowed)
{
    private long _second;
    private int _taken;

    public bool Take()
    {
        var now = Environment.TickCount64 / 1000;
        if (now != _second) (_second, _taken) = (now, 0);
        return ++_taken <= allowed;
    }
}
