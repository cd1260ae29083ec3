import { enrol } from '../../src/auth/accounts.ts';
import { newId } from '../../src/id.ts';
import { userIdFor } from '../../src/tenancy/as-system.ts';
import type { Reply } from './people.ts';
import type { World } from './world.ts';

export const goodPassword = 'correct horse battery';
let count = 0;
/** Made once: a password costs a tenth of a second. */
let goodHash: string | undefined;

/** Somebody who has a password and belongs to no tenant yet; by a link in a mail, unless that is said. */
export async function enrolled({ deps }: World, wishes: { email?: string; isAddressProven?: boolean } = {}) {
  count += 1;
  const email = wishes.email ?? `person${count}-${process.pid}@people.example`;
  const userId = await userIdFor(deps.orm, { id: newId(), email, name: 'Pat' });
  goodHash ??= await deps.logIn.hashPassword(goodPassword);
  const hash = goodHash;
  await enrol(deps.logInPool, { userId, name: null, hash, isAddressProven: wishes.isAddressProven ?? true });
  return { userId, email };
}

export interface Browser {
  /** Asks for `path` of our own pages' host, as a page of `origin` would. */
  ask(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Reply>;
  logIn(email: string, password?: string): Promise<Reply>;
  cookies: Map<string, string>;
  /** What the last answers set, as it was sent. */
  setCookies: string[];
}

/** Keeps cookies, and says which page it asks from, as browsers do. */
export function openBrowser({ url }: Pick<World, 'url'>, origin = url): Browser {
  const cookies = new Map<string, string>();
  const setCookies: string[] = [];
  async function ask(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
    const response = await fetch(url + path, {
      method,
      redirect: 'manual',
      headers: {
        ...(method !== 'GET' && { origin }),
        ...(cookies.size > 0 && { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    for (const cookie of response.headers.getSetCookie()) {
      setCookies.push(cookie);
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      if (value === '' || /max-age=0/i.test(cookie)) cookies.delete(name);
      else cookies.set(name, value);
    }
    const text = await response.text();
    const isJson = /json/.test(response.headers.get('content-type') ?? '');
    const answer: unknown = isJson && text ? JSON.parse(text) : text;
    return { status: response.status, body: answer, headers: response.headers };
  }
  return {
    ask,
    cookies,
    setCookies,
    logIn: (email, password = goodPassword) => ask('POST', '/api/auth/sign-in/email', { email, password }),
  };
}
