using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Hedgerow.Auth.Data;
using Hedgerow.Postgres;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Hedgerow.Auth.Hooks;

/// <summary>Asks hooks that decide something, while the request waits (supabase/auth, internal/hooks/v0hooks).</summary>
public sealed class HookCaller(AuthOptions options, HttpClient http, TimeProvider clock, ILogger<HookCaller> logger)
{
    /// <summary>Longest answer taken, in bytes (GoTrue's limit).</summary>
    private const int MaxBytes = 200 * 1024;

    private const int Tries = 3;

    private const string Enter = "select set_config('role', 'supabase_auth_admin', true), set_config('statement_timeout', @timeout, true)";
    private const string Leave = "select set_config('role', 'none', true), set_config('statement_timeout', @timeout, true)";
    private const string OwnTimeout = "select current_setting('statement_timeout')";

    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(500);

    /// <summary>What the hook answers to <paramref name="input"/>, a JSON object in UTF-8. Undefined where it answers nothing.</summary>
    /// <param name="transaction">A function runs in it: what it writes stays with the rest.</param>
    /// <exception cref="RefusedException">It refused, failed, or took too long.</exception>
    public async Task<JsonElement> AskAsync(AuthTransaction transaction, HookTarget target, ReadOnlyMemory<byte> input)
    {
        var answer = target switch
        {
            HookTarget.Function function => await CallAsync(transaction, function, input),
            HookTarget.Http address => await PostAsync(address, input, transaction.Cancellation),
            _ => throw new InvalidOperationException($"There is no hook of type {target.GetType()}."),
        };
        if (answer.Length > MaxBytes) throw Refuse(target, HookErrors.PayloadTooLarge(MaxBytes));
        if (answer.Length == 0) return default;
        try
        {
            using var document = UnicodeJson.Parse(answer);
            var output = document.RootElement;
            if (output.ValueKind == JsonValueKind.Object && output.TryGetProperty("error", out var error) && HookErrors.Of(error) is { } stated)
                throw Refuse(target, stated);
            return output.Clone();
        }
        catch (JsonException e)
        {
            throw Refuse(target, HookErrors.NoJson, e);
        }
    }

    /// <summary>For what a hook answered and may not.</summary>
    public RefusedException Refuse(HookTarget target, ApiError error, Exception? cause = null)
    {
        HookLog.Refused(logger, cause, target.Address, error.Code, error.Message);
        return new RefusedException(error, cause);
    }

    private async Task<byte[]> CallAsync(AuthTransaction transaction, HookTarget.Function function, ReadOnlyMemory<byte> input)
    {
        try
        {
            var before = await transaction.OneAsync<string>(OwnTimeout);
            await transaction.ExecuteAsync(Enter, new { timeout = options.Hook.TimeoutMilliseconds.ToString(CultureInfo.InvariantCulture) });
            var answer = await transaction.OneAsync<string>(function.CallSql, new { input = Encoding.UTF8.GetString(input.Span) });
            await transaction.ExecuteAsync(Leave, new { timeout = before });
            return Encoding.UTF8.GetBytes(answer ?? "null");
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.QueryCanceled)
        {
            throw Refuse(function, HookErrors.Timeout(options.Hook.TimeoutMilliseconds / 1000d), e);
        }
        catch (PostgresException e)
        {
            throw Refuse(function, HookErrors.Failed(function.Address), e);
        }
    }

    private async Task<byte[]> PostAsync(HookTarget.Http address, ReadOnlyMemory<byte> input, CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(options.Hook.HttpTimeoutMilliseconds);
        try
        {
            for (var attempt = 1; ; attempt++)
            {
                if (await TryAsync(address, input, isLast: attempt == Tries, patience.Token) is { } answer) return answer;
                await Task.Delay(s_pause, clock, patience.Token);
            }
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            throw Refuse(address, HookErrors.Timeout(options.Hook.HttpTimeoutMilliseconds / 1000d), e);
        }
    }

    /// <summary>The answer; null where it is worth another try.</summary>
    private async Task<byte[]?> TryAsync(HookTarget.Http address, ReadOnlyMemory<byte> input, bool isLast, CancellationToken cancellation)
    {
        using var request = Request(address, Guid.NewGuid().ToString(), clock.GetUtcNow(), input);
        try
        {
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
            switch (response.StatusCode)
            {
                case HttpStatusCode.NoContent:
                    return [];
                case HttpStatusCode.OK or HttpStatusCode.Accepted:
                    if (response.Content.Headers.ContentType?.MediaType != "application/json") throw Refuse(address, HookErrors.ContentType);
                    return await ReadAsync(response, cancellation);
                case HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable when !isLast && response.Headers.RetryAfter is not null:
                    return null;
                default:
                    throw Refuse(address, HookErrors.Status((int)response.StatusCode));
            }
        }
        catch (HttpRequestException e)
        {
            return isLast ? throw Refuse(address, HookErrors.OutOfReach, e) : null;
        }
    }

    /// <summary>A request that bears <paramref name="body"/> and its signature (standardwebhooks.com).</summary>
    /// <param name="id">The same over all tries of one message.</param>
    internal static HttpRequestMessage Request(HookTarget.Http address, string id, DateTimeOffset now, ReadOnlyMemory<byte> body)
    {
        var timestamp = now.ToUnixTimeSeconds();
        var bytes = body.ToArray();
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(address.Address)) { Content = new ByteArrayContent(bytes) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.Add("webhook-id", id);
        request.Headers.Add("webhook-timestamp", timestamp.ToString(CultureInfo.InvariantCulture));
        request.Headers.Add("webhook-signature", address.Signature.Of(id, timestamp, bytes));
        return request;
    }

    /// <summary>One byte more than is taken tells that there is more.</summary>
    private static async Task<byte[]> ReadAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        await using var stream = await response.Content.ReadAsStreamAsync(cancellation);
        var bytes = new byte[MaxBytes + 1];
        var length = await stream.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellation);
        return bytes[..length];
    }
}
