using System.Net;

namespace Hedgerow.Auth.Mail;

/// <summary>Hands messages over HTTP to whoever carries them: a hook of yours, or Twilio.</summary>
public abstract class HttpDelivery(string[] channels, int timeout, HttpClient http) : IDelivery
{
    /// <summary>Longest part of an answer that is kept as a reason, in characters.</summary>
    private const int MaxReason = 300;

    public string[] Channels => channels;

    public TimeSpan Timeout => TimeSpan.FromSeconds(timeout);

    public async Task<Delivery> SendAsync(ClaimedMail message, CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(Timeout);
        try
        {
            using var request = await ComposeAsync(message, patience.Token);
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, patience.Token);
            var answer = await ReadAsync(response, patience.Token);
            return Judge(response.StatusCode, answer);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new Delivery.NotNow($"no answer within {timeout} s");
        }
        catch (HttpRequestException e)
        {
            return new Delivery.NotNow(e.Message);
        }
    }

    /// <summary>The request that hands <paramref name="message"/> over.</summary>
    protected abstract Task<HttpRequestMessage> ComposeAsync(ClaimedMail message, CancellationToken cancellation);

    /// <summary>What the answer means. Beyond the status: a provider may take a message and say at once that it will not deliver it.</summary>
    protected virtual Delivery Judge(HttpStatusCode status, string answer) => (int)status switch
    {
        >= 200 and < 300 => new Delivery.Taken(),
        408 or 429 or >= 500 => new Delivery.NotNow(Reason(status, answer)),
        // Whose credentials are wrong mends them; the message can wait for that.
        401 or 403 => new Delivery.NotNow(Reason(status, answer)),
        _ => new Delivery.Never(Reason(status, answer)),
    };

    protected static string Reason(HttpStatusCode status, string answer) =>
        $"{(int)status}: {(answer.Length > MaxReason ? answer[..MaxReason] : answer)}".TrimEnd(' ', ':');

    private static async Task<string> ReadAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        // No more than a reason or a status is of interest, however much is sent.
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(cancellation));
        var text = new char[8 * 1024];
        var length = await reader.ReadBlockAsync(text, cancellation);
        return new string(text, 0, length).Replace("\0", "", StringComparison.Ordinal);
    }
}
