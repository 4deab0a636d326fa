using Hedgerow.Auth.External.Http;
using Hedgerow.Postgres;

namespace Hedgerow.Auth.External.Profiles;

/// <summary>Asks a provider who the bearer of <paramref name="accessToken"/> is.</summary>
public delegate Task<Result<ExternalUser>> ProfileReader(ProviderClient provider, string accessToken, CancellationToken cancellation);
