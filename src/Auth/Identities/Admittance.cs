using Hedgerow.Auth.Data;
using Hedgerow.Auth.Users;
using Hedgerow.Postgres;
using Npgsql;

namespace Hedgerow.Auth.Identities;

/// <summary>Lets someone in who comes from a provider: the account and what they get for it, in one transaction.</summary>
public sealed class Admittance(AuthDatabase database)
{
    /// <param name="decide">Finds or makes the account.</param>
    /// <param name="grant">What the person gets; where it refuses, nothing is kept.</param>
    public async Task<Result<T>> AdmitAsync<T>(
        Func<AuthTransaction, Task<Admission>> decide, Func<AuthTransaction, User, Task<Result<T>>> grant, CancellationToken cancellation) where T : notnull
    {
        try
        {
            return await TryAsync(decide, grant, cancellation);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            // The same person came twice at once, or signed up meanwhile: now there is an account to find.
            return await TryAsync(decide, grant, cancellation);
        }
    }

    private async Task<Result<T>> TryAsync<T>(
        Func<AuthTransaction, Task<Admission>> decide, Func<AuthTransaction, User, Task<Result<T>>> grant, CancellationToken cancellation) where T : notnull
    {
        await using var transaction = await database.BeginAsync(cancellation);
        switch (await decide(transaction))
        {
            case Admission.Granted { User: var user }:
                var granted = await grant(transaction, user);
                if (granted.Error is null) await transaction.CommitAsync();
                return granted;
            case Admission.Pending { Message: var message }:
                await transaction.CommitAsync();
                return message;
            case Admission.Refused { Error: var error }:
                return error;
            case var other:
                throw new InvalidOperationException($"There is no admission of type {other.GetType()}.");
        }
    }
}
