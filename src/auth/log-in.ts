import { betterAuth } from 'better-auth';
import { APIError } from 'better-auth/api';
import { genericOAuth } from 'better-auth/plugins/generic-oauth';
import { twoFactor } from 'better-auth/plugins/two-factor';
import type { Pool } from 'pg';
import { AppError } from '../errors.ts';
import { newId } from '../id.ts';
import type { Logger } from '../logger.ts';
import type { SendMail } from '../mail.ts';
import type { KeyRing } from '../tenancy/secrets.ts';
import { SESSION_DAYS, tables, twoFactorTable } from './log-in-tables.ts';
import { createPasswords, type Passwords } from './passwords.ts';

/** Where requests to the login library say who asks; set by us, whatever the caller sent. */
export const IP_HEADER = 'x-frontdesk-ip';
/** What the login library calls the operator's own provider of identities. */
export const SINGLE_SIGN_ON = 'oidc';
export const PASSWORD_LENGTH = { least: 10, most: 128 };

export interface OidcSettings {
  issuer: string;
  clientId: string;
  clientSecret: string;
  /** As people know it. */
  name: string;
}

interface LogInDeps {
  /** See `createLogInPool`. */
  pool: Pool;
  keys: KeyRing;
  publicUrl: string;
  sendMail: SendMail;
  oidc: OidcSettings | null;
  log: Logger;
}

export interface LogIn {
  /** Answers what is asked below /api/auth. */
  handle(request: Request): Promise<Response>;
  /**
   * Whose session these cookies are; null when it is nobody's or over. A session that is used lives on: then there are
   * cookies to be set.
   */
  sessionOf(cookies: string): Promise<{ userId: string; setCookies: string[] } | null>;
  /** As the login library keeps it. */
  hashPassword(password: string): Promise<string>;
}

/** Logging in, by the login library; it is made when somebody first needs it. */
export function createLogIn(deps: LogInDeps): LogIn {
  const passwords = createPasswords();
  let made: ReturnType<typeof build> | undefined;
  const auth = () => (made ??= build(deps, passwords));
  return {
    handle: (request) => auth().handler(request),
    async sessionOf(cookies) {
      if (!cookies.includes('frontdesk.session_token=')) return null;
      const ask = (disableRefresh: boolean) =>
        auth().api.getSession({
          headers: new Headers({ cookie: cookies }),
          query: { disableRefresh },
          returnHeaders: true,
        });
      const found = await ask(true);
      const { response, headers } = found.response && canLiveOn(found.response.session) ? await ask(false) : found;
      return response && { userId: response.user.id, setCookies: headers.getSetCookie() };
    },
    hashPassword: (password) => passwords.hash(password),
  };
}

/** Once a day is enough, and one that is near its last day ends then whatever is done. */
function canLiveOn({ createdAt, expiresAt }: { createdAt: Date; expiresAt: Date }): boolean {
  const { idle, most, renewed } = SESSION_DAYS;
  const isDue = expiresAt.getTime() - Date.now() <= (idle - renewed) * DAY_MS;
  return isDue && expiresAt.getTime() < createdAt.getTime() + most * DAY_MS - 1_000;
}

const DAY_MS = 24 * 3_600_000;

function build({ pool, keys, publicUrl, sendMail, oidc, log }: LogInDeps, passwords: Passwords) {
  const { origin, protocol } = new URL(publicUrl);
  return betterAuth({
    appName: 'Frontdesk',
    baseURL: origin,
    basePath: '/api/auth',
    secret: keys.derive('log in').toString('base64url'),
    database: pool,
    trustedOrigins: [origin],
    telemetry: { enabled: false },
    // Tries are counted in front of it, where all processes see them.
    rateLimit: { enabled: false },
    logger: {
      level: 'warn',
      log: (level, message) => log[level === 'error' ? 'warn' : 'debug']({ message }, 'log_in'),
    },
    onAPIError: {
      errorURL: `${origin}/login`,
      onError: (error) => {
        if (!(error instanceof APIError)) log.error({ err: error }, 'log_in.failed');
      },
    },
    ...tables,
    emailAndPassword: {
      enabled: true,
      disableSignUp: true,
      minPasswordLength: PASSWORD_LENGTH.least,
      maxPasswordLength: PASSWORD_LENGTH.most,
      password: {
        hash: (password) => passwords.hash(password).catch(asLibraryKnows),
        verify: (given) => passwords.verify(given).catch(asLibraryKnows),
      },
      revokeSessionsOnPasswordReset: true,
      resetPasswordTokenExpiresIn: 3_600,
      // Not waited for: whether there is such a person must not be told by the time that it takes.
      sendResetPassword: async ({ user, token }) => void sendMail(resetMail(user.email, origin, token)),
      // The link was in a mail, so the address is that person's.
      onPasswordReset: ({ user }) => prove(pool, user.id),
    },
    databaseHooks: {
      session: { create: { before: ({ userId }) => refuseDisabled(pool, userId) } },
      account: { create: { before: (account) => beforeLinking(pool, account) } },
    },
    advanced: {
      database: { generateId: () => newId(), joins: true },
      cookiePrefix: 'frontdesk',
      useSecureCookies: protocol === 'https:',
      disableCSRFCheck: false,
      disableOriginCheck: false,
      ipAddress: { ipAddressHeaders: [IP_HEADER] },
    },
    plugins: [
      twoFactor({ issuer: 'Frontdesk', schema: twoFactorTable, accountLockout: { enabled: true } }),
      ...(oidc ? [singleSignOn(oidc)] : []),
    ],
  });
}

/** Whoever is let in by the operator's provider, by an address that it has proven; nobody is made. */
const singleSignOn = ({ issuer, clientId, clientSecret }: OidcSettings) =>
  genericOAuth({
    config: [
      {
        providerId: SINGLE_SIGN_ON,
        discoveryUrl: `${issuer.replace(/\/+$/, '')}/.well-known/openid-configuration`,
        clientId,
        clientSecret,
        scopes: ['openid', 'email', 'profile'],
        pkce: true,
        requireIdTokenVerification: true,
        // A token that there is has been verified; where there is none, the library would ask who it is by other means.
        accountSubject: ({ tokens, profile }) => (tokens.idToken ? String(profile.sub ?? '') : ''),
        disableSignUp: true,
        disableImplicitSignUp: true,
        overrideUserInfo: false,
      },
    ],
  });

/** What the library does not know becomes a 500. */
function asLibraryKnows(error: unknown): never {
  if (error instanceof AppError)
    throw new APIError('SERVICE_UNAVAILABLE', { code: error.code, message: error.message });
  throw error;
}

async function refuseDisabled(pool: Pool, userId: string): Promise<void> {
  const { rows } = await pool.query<{ disabled: boolean }>(
    'select disabled_at is not null as disabled from users where id = $1',
    [userId],
  );
  if (rows[0]?.disabled) {
    throw new APIError('FORBIDDEN', { code: 'PERSON_DISABLED', message: 'this person may not log in any more' });
  }
}

/** A second factor that was set up before may be somebody else's. */
async function prove(pool: Pool, userId: string): Promise<void> {
  await pool.query(
    `with unproven as (select id from users where id = $1 and not email_verified),
       factors as (delete from auth_two_factors where user_id in (select id from unproven))
     update users set two_factor_enabled = false, email_verified = true, updated_at = now()
     where id in (select id from unproven)`,
    [userId],
  );
}

/**
 * Called when a person's log-in is joined with the one at the provider, which has proven the address. Where nobody had
 * proven it before, whoever set a password may have been somebody else: it ends here. Tokens of the provider are not
 * kept, as nothing is asked of it later.
 */
async function beforeLinking<Account extends { userId: string; providerId: string }>(pool: Pool, account: Account) {
  if (account.providerId !== SINGLE_SIGN_ON) return undefined;
  await pool.query(
    `with unproven as (select id from users where id = $1 and not email_verified),
       passwords as (delete from auth_accounts where user_id in (select id from unproven) and provider_id = 'credential'),
       factors as (delete from auth_two_factors where user_id in (select id from unproven)),
       sessions as (delete from auth_sessions where user_id in (select id from unproven))
     update users set two_factor_enabled = false, email_verified = true where id in (select id from unproven)`,
    [account.userId],
  );
  return { data: { ...account, accessToken: null, refreshToken: null, idToken: null } };
}

const resetMail = (to: string, origin: string, token: string) => ({
  to,
  subject: 'Set a new password for Frontdesk',
  text:
    `Somebody, probably you, asked for a new password. Set it here within an hour:\n\n${origin}/login#reset=${token}\n\n` +
    'If it was not you, nothing has to be done: your password stays as it is.\n',
});
