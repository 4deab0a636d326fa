using Hedgerow.Auth.Data;

namespace Hedgerow.Auth.External;

/// <summary>Secrets of and from providers at rest: their clients' secrets, and for minutes the tokens that they gave for someone.</summary>
public sealed record ProviderSecrets(SecretBox Box);
