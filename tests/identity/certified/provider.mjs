// The certified provider, as one JSON line on standard input describes it: { port, issuer, keys, clients, audience }.
// It prints "ready" when it listens, and ends when its input does.
import { createInterface } from 'node:readline';
import { Provider } from 'oidc-provider';

const input = createInterface({ input: process.stdin });
const chosen = JSON.parse((await input[Symbol.asyncIterator]().next()).value);
const algorithms = ['RS256', 'PS256', 'ES256', 'HS256'];

const provider = new Provider(chosen.issuer, {
  clients: chosen.clients,
  jwks: { keys: chosen.keys },
  cookies: { keys: ['for these tests only'] },
  enabledJWA: { idTokenSigningAlgValues: algorithms },
  conformIdTokenClaims: false,
  pkce: { required: () => true },
  ttl: { Session: 600, Grant: 600, Interaction: 600, IdToken: 600, AccessToken: 600, AuthorizationCode: 60 },
  features: {
    devInteractions: { enabled: true },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => `urn:${chosen.audience}`,
      useGrantedResource: () => true,
      getResourceServerInfo: () => ({
        scope: 'openid',
        audience: chosen.audience,
        accessTokenFormat: 'jwt',
        accessTokenTTL: 600,
        jwt: { sign: { alg: chosen.keys[0].alg } },
      }),
    },
  },
  findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
});
const server = provider.listen(chosen.port, '127.0.0.1', () => console.log('ready'));
input.on('close', () => { server.close(); process.exit(0); });
