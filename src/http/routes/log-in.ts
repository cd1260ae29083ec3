import { Router } from '@koa/router';
import type { Context } from 'koa';
import { z } from 'zod';
import { IP_HEADER, SINGLE_SIGN_ON } from '../../auth/log-in.ts';
import type { Guess } from '../../auth/guess-limits.ts';
import type { Deps } from '../../deps.ts';
import { AppError, invalidFields, tooMany, unavailable, unsupported } from '../../errors.ts';
import { sendPage } from '../page.ts';
import { parseJson } from '../parse-json.ts';
import { readRawBody } from '../raw-body.ts';

const MAX_BYTES = 16 * 1024;
const password = z.string().min(1).max(1_000);
const code = z.string().min(1).max(100);
/** Where people come back to from the provider. */
const LOGGED_IN = '/login';

interface Endpoint {
  body: z.ZodType<Record<string, unknown>>;
  guess?: Guess;
  /** Given to the login library besides the body. */
  more?: Record<string, unknown>;
  /** Nothing that lets somebody in is left in this browser. */
  endsAll?: true;
}

/** Of all that the login library can do, what people here may ask for. */
const endpoints: Record<string, Endpoint> = {
  '/sign-in/email': {
    body: z.strictObject({ email: z.email().max(320), password, rememberMe: z.boolean().default(true) }),
    guess: 'log-in',
  },
  '/sign-in/social': { body: z.strictObject({}), more: { provider: SINGLE_SIGN_ON, callbackURL: LOGGED_IN } },
  '/sign-out': { body: z.strictObject({}), endsAll: true },
  '/request-password-reset': { body: z.strictObject({ email: z.email().max(320) }), guess: 'reset' },
  '/reset-password': { body: z.strictObject({ token: z.string().max(200), newPassword: password }), guess: 'code' },
  '/change-password': {
    body: z.strictObject({ currentPassword: password, newPassword: password }),
    guess: 'password',
    more: { revokeOtherSessions: true },
  },
  '/revoke-other-sessions': { body: z.strictObject({}) },
  '/revoke-sessions': { body: z.strictObject({}), endsAll: true },
  '/update-user': { body: z.strictObject({ name: z.string().trim().min(1).max(100) }) },
  '/two-factor/enable': { body: z.strictObject({ password }), guess: 'password' },
  '/two-factor/disable': { body: z.strictObject({ password }), guess: 'password' },
  '/two-factor/generate-backup-codes': { body: z.strictObject({ password }), guess: 'password' },
  '/two-factor/verify-totp': { body: z.strictObject({ code }), guess: 'code' },
  '/two-factor/verify-backup-code': { body: z.strictObject({ code }), guess: 'code' },
};

/** What pages may know of the library's answers. Never the session itself, which is in a cookie that no script reads. */
const Shown = z.object({
  twoFactorRedirect: z.boolean().optional(),
  url: z.string().optional(),
  totpURI: z.string().optional(),
  backupCodes: z.array(z.string()).optional(),
});

type Needs = Pick<Deps, 'logIn' | 'guessLimits' | 'publicUrl'>;

/** The login library below /api/auth, and the pages on which people log in and join. */
export function logInRoutes(deps: Needs): Router {
  const router = new Router();
  for (const [path, endpoint] of Object.entries(endpoints)) {
    router.post(`/api/auth${path}`, (ctx) => answer(deps, ctx, endpoint));
  }
  // The provider sends people back here.
  router.get(`/api/auth/callback/${SINGLE_SIGN_ON}`, async (ctx) => {
    const response = await deps.logIn.handle(requestOf(ctx, deps.publicUrl));
    takeCookies(ctx, response);
    ctx.redirect(afterProvider(response.headers.get('location')));
  });
  router.get('/login', (ctx) => sendPage(ctx, 'login.html'));
  router.get('/join', (ctx) => sendPage(ctx, 'join.html'));
  return router;
}

/** Our own page, whatever the library says; and why not, without telling who is known here. */
function afterProvider(location: string | null): string {
  if (location === LOGGED_IN) return location;
  const isDisabled = /[?&]error=person_disabled\b/i.test(location ?? '');
  return `/login?error=${isDisabled ? 'person_disabled' : 'nobody_here'}`;
}

/** Id of the person whose session the request has; a session that is used lives on. */
export const sessionOf =
  ({ logIn }: Pick<Deps, 'logIn'>) =>
  async (ctx: Context): Promise<string | null> => {
    const session = await logIn.sessionOf(ctx.get('cookie'));
    for (const cookie of session?.setCookies ?? []) ctx.append('Set-Cookie', cookie);
    return session?.userId ?? null;
  };

async function answer(deps: Needs, ctx: Context, { body, guess, more, endsAll }: Endpoint): Promise<void> {
  const given = await readBody(ctx, body);
  const account = guess && (typeof given['email'] === 'string' ? given['email'] : await sessionOf(deps)(ctx));
  const wasRight = guess && (await deps.guessLimits.count(guess, account ?? null, ctx.ip));
  const response = await deps.logIn.handle(requestOf(ctx, deps.publicUrl, { ...given, ...more }));
  takeCookies(ctx, response);
  if (endsAll) dropDeskCookies(ctx);
  ctx.set('Cache-Control', 'no-store');
  if (response.status === 503) throw unavailable((await failureOf(response)).message);
  if (response.status >= 500) throw new Error(`the login library answered ${response.status}`);
  if (!response.ok) throw refusal(response.status, await failureOf(response));
  // That a mail was asked for is never right or wrong.
  if (guess !== 'reset') await wasRight?.();
  ctx.body = { ok: true, ...Shown.parse(await response.json()) };
}

async function readBody(ctx: Context, schema: Endpoint['body']): Promise<Record<string, unknown>> {
  const bytes = await readRawBody(ctx, MAX_BYTES);
  if (bytes.length > 0 && !ctx.is('json')) throw unsupported('send the body as Content-Type: application/json');
  const read = schema.safeParse(bytes.length > 0 ? parseJson(bytes) : {});
  if (read.success) return read.data;
  throw invalidFields(
    read.error.issues.map(({ path, message }) => ({ path: ['body', ...path].map(String).join('.'), message })),
  );
}

const PASSED_ON = ['cookie', 'origin', 'referer', 'user-agent', 'sec-fetch-site', 'sec-fetch-mode', 'sec-fetch-dest'];

/** The request as the login library knows it: at the public address, from the network address that we believe. */
function requestOf(ctx: Context, publicUrl: string, body?: Record<string, unknown>): Request {
  const { origin } = new URL(publicUrl);
  const headers = new Headers({ [IP_HEADER]: ctx.ip });
  for (const name of PASSED_ON) if (ctx.get(name)) headers.set(name, ctx.get(name));
  // Whoever reaches us by another name asks from our own page there all the same.
  if (ctx.get('origin') === `${ctx.protocol}://${ctx.host}`) headers.set('origin', origin);
  if (body) headers.set('content-type', 'application/json');
  return new Request(origin + ctx.path + ctx.search, {
    method: ctx.method,
    headers,
    ...(body && { body: JSON.stringify(body) }),
  });
}

function takeCookies(ctx: Context, response: Response): void {
  for (const cookie of response.headers.getSetCookie()) ctx.append('Set-Cookie', cookie);
}

/** Of links to desks that were opened in this browser. */
function dropDeskCookies(ctx: Context): void {
  for (const [, name = ''] of ctx.get('cookie').matchAll(/(?:^|; *)(frontdesk_desk_[a-z0-9_-]+)=/g)) {
    ctx.append('Set-Cookie', `${name}=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict`);
  }
}

const Failure = z.object({
  code: z.string().default('log_in_failed'),
  message: z.string().default('that did not work'),
});

async function failureOf(response: Response): Promise<z.infer<typeof Failure>> {
  const said = await response.text();
  try {
    return Failure.parse(JSON.parse(said));
  } catch {
    return Failure.parse({});
  }
}

const WORDS: Record<string, string> = {
  INVALID_EMAIL_OR_PASSWORD: 'the e-mail address or the password is wrong',
  INVALID_PASSWORD: 'the password is wrong',
  INVALID_TOKEN: 'this link was used or is over; ask for a new one',
  INVALID_CODE: 'this code is wrong; take the newest one',
  INVALID_BACKUP_CODE: 'this backup code is wrong or was used',
  INVALID_TWO_FACTOR_COOKIE: 'too much time has passed; begin again with your password',
  TOO_MANY_ATTEMPTS_REQUEST_NEW_CODE: 'too many codes were wrong; begin again with your password',
  PASSWORD_TOO_SHORT: 'take a longer password: at least 10 characters',
  PASSWORD_TOO_LONG: 'take a shorter password: at most 128 characters',
  PROVIDER_NOT_FOUND: 'single sign-on is not set up here, or its provider cannot be reached; use your password',
  INVALID_ORIGIN: 'this request comes from another site',
  MISSING_OR_NULL_ORIGIN: 'this request does not say which site it comes from: send the header Origin',
};
/** As long as the login library refuses codes after too many wrong ones. */
const LOCKED_SECONDS = 900;

function refusal(status: number, { code: name, message }: z.infer<typeof Failure>): AppError {
  if (status === 429) {
    return tooMany('too_many_tries', 'too many codes were wrong; wait 15 min, then try again', LOCKED_SECONDS);
  }
  return new AppError(status, name.toLowerCase(), WORDS[name] ?? message);
}
