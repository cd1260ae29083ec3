import { createServer, type ServerResponse } from 'node:http';
import { exportJWK, exportSPKI, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import { listen } from '../../src/listen.ts';

export interface Claims {
  sub: string;
  email: string;
  email_verified: boolean;
}

/** What may be wrong with a token that comes from it, or from somebody who says that he is it. */
export const troubles = [
  'other-key',
  'other-audience',
  'other-nonce',
  'other-issuer',
  'expired',
  'no-signature',
  'no-token',
  'client-secret-as-key',
  'public-key-as-secret',
] as const;

/** A small provider of OpenID Connect, which lets everybody in as whoever is `next`. */
export async function startIdentityProvider() {
  const { publicKey, privateKey } = await generateKeyPair('RS256', { extractable: true });
  const other = await generateKeyPair('RS256', { extractable: true });
  const publicPem = await exportSPKI(publicKey);
  const codes = new Map<string, { nonce: string; claims: Claims }>();
  const server = createServer();
  const port = await listen(server, 0, '127.0.0.1');
  const issuer = `http://127.0.0.1:${port}`;
  const provider = {
    issuer,
    clientId: 'frontdesk',
    clientSecret: 'a secret of the client that is long enough',
    next: { sub: '1', email: 'nobody@people.example', email_verified: true },
    /** What goes wrong on its side. */
    trouble: null as (typeof troubles)[number] | null,
    close: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };

  const discovery = {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    jwks_uri: `${issuer}/keys`,
    userinfo_endpoint: `${issuer}/userinfo`,
    id_token_signing_alg_values_supported: ['RS256'],
  };

  async function tokens(code: string) {
    const { nonce = '', claims = provider.next } = codes.get(code) ?? {};
    const { trouble, clientId, clientSecret } = provider;
    const idToken = new SignJWT({ ...claims, nonce: trouble === 'other-nonce' ? 'x' : nonce })
      .setIssuer(trouble === 'other-issuer' ? 'https://issuer.example' : issuer)
      .setAudience(trouble === 'other-audience' ? 'somebody else' : clientId)
      .setIssuedAt(trouble === 'expired' ? '2h ago' : undefined)
      .setExpirationTime(trouble === 'expired' ? '1h ago' : '5m');
    const words = new TextEncoder();
    const signed = () => {
      const shared = { alg: 'HS256', kid: 'one' };
      if (trouble === 'client-secret-as-key') {
        return idToken.setProtectedHeader(shared).sign(words.encode(clientSecret));
      }
      if (trouble === 'public-key-as-secret') {
        return idToken.setProtectedHeader(shared).sign(words.encode(publicPem));
      }
      return idToken
        .setProtectedHeader({ alg: 'RS256', kid: 'one' })
        .sign(trouble === 'other-key' ? other.privateKey : privateKey);
    };
    if (trouble === 'no-token') return { access_token: 'an access token', token_type: 'Bearer' };
    const unsigned = () =>
      new UnsecuredJWT({ ...claims, nonce })
        .setIssuer(issuer)
        .setAudience(clientId)
        .setIssuedAt()
        .setExpirationTime('5m');
    const token = trouble === 'no-signature' ? unsigned().encode() : await signed();
    return { access_token: 'an access token', token_type: 'Bearer', id_token: token };
  }

  const json = (response: ServerResponse, body: unknown) => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(body));
  };

  server.on('request', (request, response) => {
    const url = new URL(request.url ?? '/', issuer);
    if (url.pathname === '/.well-known/openid-configuration') return json(response, discovery);
    // It would say who somebody is to whoever has not checked it.
    if (url.pathname === '/userinfo') return json(response, provider.next);
    if (url.pathname === '/keys') {
      return void exportJWK(publicKey).then((key) => json(response, { keys: [{ ...key, kid: 'one', alg: 'RS256' }] }));
    }
    if (url.pathname === '/authorize') {
      const code = `code-${codes.size}`;
      codes.set(code, { nonce: url.searchParams.get('nonce') ?? '', claims: provider.next });
      const back = new URL(url.searchParams.get('redirect_uri') ?? '');
      back.searchParams.set('code', code);
      back.searchParams.set('state', url.searchParams.get('state') ?? '');
      response.writeHead(302, { location: back.href });
      return response.end();
    }
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const form = new URLSearchParams(Buffer.concat(chunks).toString());
      void tokens(form.get('code') ?? '').then((body) => json(response, body));
    });
    return undefined;
  });
  return provider;
}
