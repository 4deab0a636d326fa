using Hedgerow.Auth.Data;
using Hedgerow.Auth.Http;
using Hedgerow.Postgres;

namespace Hedgerow.Auth.Mail;

/// <summary>
/// How often an address is written to. GoTrue looks at the user's row, so that asking twice tells whether there is a user; here the turn belongs to
/// the address, known or not. Taken in the transaction of the mail: parallel requests for one address wait, and all but one are refused.
/// </summary>
public sealed class MailTurns(AuthOptions options)
{
    public const string Confirmation = "confirmation";
    public const string Recovery = "recovery";
    public const string EmailChange = "email_change";
    public const string Reauthentication = "reauthentication";

    private const string Take = """
        with old as (
          delete from auth.mail_turns where (address, purpose) in (
            select address, purpose from auth.mail_turns where taken_at < now() - interval '1 day' order by taken_at limit 20 for update skip locked)),
        taken as (
          insert into auth.mail_turns as turn (address, purpose, taken_at) values (@address, @purpose, now())
          on conflict (address, purpose) do update set taken_at = excluded.taken_at
            where turn.taken_at <= excluded.taken_at - make_interval(secs => @frequency)
          returning 1)
        select case when exists (select from taken) then 0 else coalesce(
          (select greatest(1, ceil(extract(epoch from taken_at - now()) + @frequency)) from auth.mail_turns where address = @address and purpose = @purpose), @frequency)
        end::int
        """;

    /// <summary>The refusal where the address was written to a moment ago; the caller must not commit then.</summary>
    /// <param name="address">Whom the mail would go to.</param>
    /// <param name="purposes">Several where it depends on the user which mail it will be.</param>
    public async Task<ApiError?> RefusalAsync(AuthTransaction transaction, string address, params string[] purposes)
    {
        foreach (var purpose in purposes)
            if (await WaitAsync(transaction, address, purpose, options.Mail.MaxFrequency) is > 0 and var wait) return AuthErrors.TooManyMails(wait);
        return null;
    }

    /// <summary>The seconds until the address may be written to again; 0 where the turn is now taken.</summary>
    /// <param name="frequency">Seconds between two messages; 0: no limit.</param>
    public Task<int> WaitAsync(AuthTransaction transaction, string address, string purpose, int frequency) =>
        frequency == 0 ? Task.FromResult(0) : transaction.OneAsync<int>(Take, new { address, purpose, frequency = (double)frequency });
}
