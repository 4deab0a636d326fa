// A certified OpenID Connect provider (npm oidc-provider) and a browser in which someone uses it.
import http from 'node:http';
import Provider from 'oidc-provider';

/** The client that the platform is there, and one of the applications that sign people in by themselves. */
export const PLATFORM = { client_id: 'platform', client_secret: 'a secret of the platform: 100 % & more' };
export const MOBILE = { client_id: 'mobile' };
export const MOBILE_REDIRECT = 'http://localhost:3000/mobile';

/**
 * A provider on a free port. Whoever comes is signed in as the `login_hint` says: `name` is name@example.test; `refuse` declines; an `unverified-` in
 * front keeps the address unproved.
 */
export async function startProvider(callback) {
  const server = http.createServer();
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [
      { ...PLATFORM, redirect_uris: [callback], grant_types: ['authorization_code', 'refresh_token'] },
      { ...MOBILE, redirect_uris: [MOBILE_REDIRECT], token_endpoint_auth_method: 'none' },
    ],
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name', 'picture'] },
    features: { devInteractions: { enabled: false } },
    cookies: { keys: ['only for tests'] },
    interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
    pkce: { required: () => true },
    issueRefreshToken: async (_, client) => client.clientId === PLATFORM.client_id,
    async findAccount(_, id) {
      return {
        accountId: id,
        claims: async () => ({ sub: id, email: `${id}@example.test`, email_verified: !id.startsWith('unverified-'), name: `${id} of the tests`, picture: 'https://pictures.test/1.png' }),
      };
    },
    // Consent is not asked for: who signs in agrees.
    async loadExistingGrant(context) {
      const grant = new context.oidc.provider.Grant({ clientId: context.oidc.client.clientId, accountId: context.oidc.session.accountId });
      grant.addOIDCScope('openid email profile offline_access');
      await grant.save();
      return grant;
    },
  });
  const answer = provider.callback();
  server.on('request', async (request, response) => {
    if (!request.url.startsWith('/interaction/')) return answer(request, response);
    const { params } = await provider.interactionDetails(request, response);
    const result = params.login_hint === 'refuse'
      ? { error: 'access_denied', error_description: 'The person would rather not' }
      : { login: { accountId: params.login_hint } };
    await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
  });
  return { issuer, stop: () => new Promise((done) => { server.close(done); server.closeAllConnections(); }) };
}

/** Follows redirects with a cookie jar for each host, until they lead to `until`; where they lead. */
export async function browse(start, until = 'http://localhost:3000') {
  const jars = new Map();
  let address = new URL(start);
  for (let hops = 0; hops < 15; hops++) {
    if (address.href.startsWith(until)) return address;
    const jar = jars.get(address.host) ?? jars.set(address.host, new Map()).get(address.host);
    const response = await fetch(address, { redirect: 'manual', headers: { cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; ') } });
    for (const cookie of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(cookie);
      jar.set(name, value);
    }
    const location = response.headers.get('location');
    if (!location) throw new Error(`${address}: ${response.status} ${await response.text()}`);
    address = new URL(location, address);
  }
  throw new Error(`too many redirects from ${start}`);
}
