using Hedgerow.Auth.Data;
using Hedgerow.Auth.External.Configuration;
using Hedgerow.Auth.External.Custom;
using Hedgerow.Auth.Http;
using Hedgerow.Postgres;

namespace Hedgerow.Auth.External;

/// <summary>Finds a provider by its name: built in, or beside those (<c>custom:…</c>).</summary>
public sealed class ProviderDirectory(AuthDatabase database, BuiltInProviders builtIn, CustomProviders custom, ExternalAddress address)
{
    /// <summary>The provider that <paramref name="name"/> means, where people may sign in with it.</summary>
    public async Task<Result<ProviderSetup>> FindAsync(AuthRequest request, string name, CancellationToken cancellation)
    {
        var callback = $"{address.For(request)}/callback";
        if (!CustomProvider.IsIdentifier(name)) return builtIn.Find(name.ToLowerInvariant(), callback);
        await using var transaction = await database.BeginAsync(cancellation);
        return await custom.FindAsync(transaction, name, callback);
    }
}
