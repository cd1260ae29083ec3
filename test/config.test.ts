import { describe, expect, it } from 'vitest';
import { readConfig } from '../src/config.ts';

const linesOf = (env: Record<string, string>): string[] => {
  try {
    readConfig(env);
  } catch (error) {
    return error instanceof Error ? error.message.split('\n').map((line) => line.trim()) : [];
  }
  return [];
};

describe('readConfig', () => {
  it('needs nothing, and takes an empty variable for none', () => {
    expect(readConfig({})).toMatchObject({ role: 'all', port: 3000, databaseUrl: null, redisUrl: null, demo: true });
    expect(readConfig({ PORT: '', DATABASE_URL: '' })).toEqual(readConfig({}));
  });

  it('makes the demo tenants on the embedded database only, unless told', () => {
    const url = 'postgres://owner@db/frontdesk';
    expect(readConfig({ DATABASE_URL: url }).demo).toBe(false);
    expect(readConfig({ DATABASE_APP_URL: url }).demo).toBe(false);
    expect(readConfig({ DATABASE_URL: url, DEMO: 'true' }).demo).toBe(true);
  });

  it('lists every problem at once, by name and with what would be right', () => {
    const [head, ...lines] = linesOf({
      ROLE: 'both',
      PORT: '70000',
      PUBLIC_URL: 'frontdesk.example.com',
      DATABASE_URL: 'mysql://db',
      REDIS_URL: 'localhost:6379',
      FRONTDESK_KEY: 'short',
      OUTBOUND_ALLOW: '10.0.0.0/8, n8n, 10.0.0.0/99',
      TELEGRAM_API_BASE: 'telegram:api',
      SMTP_URL: 'mail.example.com',
      META_APP_SECRET: '0123456789abcdef',
      WORKER_CONCURRENCY: '0',
    });
    expect(head).toMatch(/cannot start/);
    expect(lines).toEqual([
      expect.stringMatching(/^ROLE: .*"all"\|"web"\|"worker"/),
      expect.stringMatching(/^PORT: must be a whole number from 0 to 65535/),
      expect.stringMatching(/^PUBLIC_URL: .*https:\/\/frontdesk\.example\.com/),
      expect.stringMatching(/^DATABASE_URL: must begin with postgres:/),
      expect.stringMatching(/^REDIS_URL: must begin with redis:/),
      expect.stringMatching(/^FRONTDESK_KEY .*openssl rand -base64 32/),
      expect.stringMatching(/^OUTBOUND_ALLOW: 'n8n' is neither/),
      expect.stringMatching(/^OUTBOUND_ALLOW: '10\.0\.0\.0\/99' is neither/),
      expect.stringMatching(/^TELEGRAM_API_BASE: .*https:/),
      expect.stringMatching(/^SMTP_URL: must begin with smtp:/),
      expect.stringMatching(/^WORKER_CONCURRENCY: must be a whole number from 1 on/),
      expect.stringMatching(/^META_VERIFY_TOKEN: is missing; set both/),
    ]);
  });

  it('takes single sign-on whole, or not at all', () => {
    const whole = { OIDC_ISSUER: 'https://login.example', OIDC_CLIENT_ID: 'a', OIDC_CLIENT_SECRET: 'b' };
    expect(readConfig(whole).oidc).toEqual({
      issuer: 'https://login.example',
      clientId: 'a',
      clientSecret: 'b',
      name: 'single sign-on',
    });
    expect(readConfig({}).oidc).toBeNull();
    for (const name of Object.keys(whole)) {
      expect(linesOf({ ...whole, [name]: '' })[1]?.trim()).toBe(
        `${name}: is missing; set all of OIDC_ISSUER, OIDC_CLIENT_ID and OIDC_CLIENT_SECRET, or none`,
      );
    }
  });

  it('says no secret', () => {
    const secret = 'c2VjcmV0LW9mLW91cnM';
    expect(linesOf({ FRONTDESK_KEY: secret, META_VERIFY_TOKEN: 'tiny7' }).join()).not.toMatch(/c2Vj|tiny7/);
  });

  it.each(['ENABLE_TENANT_ISOLATION', 'ENABLE_ROW_LEVEL_SECURITY'])('does not let %s be switched off', (name) => {
    expect(linesOf({ [name]: 'false' })[1]).toMatch(/cannot be switched off/);
    expect(linesOf({ [name]: 'true' })).toEqual([]);
  });
});
