using System.Globalization;

namespace Hedgerow.Cli.Seed.Tables;

/// <summary>Customers, subscriptions and invoices, as Stripe's webhooks would have left them.</summary>
public static class Billing
{
    public static IEnumerable<TableLoad> Of(Sources sources)
    {
        var world = sources.World;
        var payers = Payers.All(world);
        var invoices = Spread.Of(payers.Length, payer => payers[payer].Invoices);
        yield return new("public.customers", "id, user_id, stripe_customer_id, email, billing_address, metadata, created_at, updated_at", payers.Length, (row, index) =>
        {
            var payer = payers[index];
            var dice = Dice.For(Seeded.Customer, payer.Workspace, salt: 1);
            row.Id(Seeded.Customer, index).Id(Seeded.User, payer.Workspace).Text(StripeId("cus", index)).Text(Prose.Email(payer.Workspace))
                .Json($$"""{"line1": "{{dice.Between(1, 180)}} {{dice.Pick(Words.CompanySecond)}} Street", "city": "{{dice.Pick(Words.CompanyFirst)}}ford", "country": "{{dice.Pick(Words.Countries)}}"}""")
                .Json("{}").Time(payer.Since).Time(payer.Since);
        });
        yield return new("public.subscriptions",
            "id, customer_id, plan_id, stripe_subscription_id, status, billing_interval, current_period_start, current_period_end, cancel_at_period_end, canceled_at, "
            + "trial_start, trial_end, created_at, updated_at",
            payers.Length, (row, index) =>
            {
                var payer = payers[index];
                var trial = payer.Status == "trialing";
                var (start, end) = (payer.PeriodStart(payer.Periods - 1), trial ? payer.Since.AddDays(14) : payer.PeriodStart(payer.Periods));
                DateTime? canceled = payer.Status == "canceled" ? start + (world.Now - start) / 2 : null;
                row.Id(Seeded.Subscription, index).Id(Seeded.Customer, index).Uuid(sources.Plans[(int)payer.Tier].Id).Text(StripeId("sub", index)).Text(payer.Status)
                    .Text(payer.Yearly ? "yearly" : "monthly").Time(start).Time(end).Flag(canceled is not null).Time(canceled)
                    .Time(trial ? payer.Since : null).Time(trial ? payer.Since.AddDays(14) : null).Time(payer.Since).Time(canceled ?? start);
            });
        yield return new("public.invoices",
            "id, customer_id, stripe_invoice_id, amount_due, amount_paid, currency, status, invoice_pdf_url, period_start, period_end, paid_at, created_at",
            invoices.Total, (row, index) =>
            {
                var customer = invoices.ParentOf(index);
                var payer = payers[customer];
                var period = index - invoices.FirstOf(customer);
                var plan = sources.Plans[(int)payer.Tier];
                var due = payer.Yearly ? plan.Yearly : plan.Monthly;
                // Who is past due owes the running period.
                var paid = payer.Status != "past_due" || period < payer.Periods - 1;
                var start = payer.PeriodStart(period);
                row.Id(Seeded.Invoice, index).Id(Seeded.Customer, customer).Text(StripeId("in", index)).Int(due).Int(paid ? due : 0).Text("usd").Text(paid ? "paid" : "open")
                    .Text($"https://pay.stripe.example/invoice/{StripeId("in", index)}/pdf").Time(start).Time(payer.PeriodStart(period + 1))
                    .Time(paid ? Min(start.AddHours(1), world.Now) : null).Time(start);
            });
    }

    private static string StripeId(string kind, int index) => $"{kind}_seed{(index + 1).ToString("D8", CultureInfo.InvariantCulture)}";

    private static DateTime Min(DateTime a, DateTime b) => a < b ? a : b;
}
