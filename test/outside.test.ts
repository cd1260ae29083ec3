import { expect, it } from 'vitest';
import { files, filesLike, importsOf, read } from './support/imports.ts';

const imports = files.flatMap(importsOf).filter(({ isType }) => !isType);
const importersOf = (wanted: (name: string) => boolean) =>
  [...new Set(imports.filter(({ to }) => wanted(to)).map(({ from }) => from))].toSorted();

/** What of node's network modules opens no connection. */
const harmless = /^(?:type \w+|createServer|STATUS_CODES|isIP|isIPv4|isIPv6|BlockList)$/;

it('calls others through safe-request, which sets the limits, and nowhere else', () => {
  const network = /^(?:node:)?(?:http|https|http2|net|tls|dgram)$/;
  const callers = imports.filter(({ to, names }) => {
    const each = names.replace(/^\{|\}$/g, '').split(',');
    return network.test(to) && !each.every((name) => harmless.test(name.trim()));
  });
  expect([...new Set(callers.map(({ from }) => from))].toSorted()).toEqual([
    // Of node:net it takes lists of addresses.
    'src/address-guard.ts',
    // Asks whether the embedded PostgreSQL on this machine is there; it has five seconds to answer.
    'src/database/open.ts',
    'src/safe-request.ts',
  ]);
  const ways = /\bfetch\(|\bnew (?:WebSocket|EventSource|XMLHttpRequest)\(/;
  expect(files.filter((file) => ways.test(read(file)))).toEqual([]);
});

it('has no library that calls others, but for mail and logging in', () => {
  // What is not named here calls nobody by itself, or is the connection to a store: whoever adds one looks whether it does.
  const quiet = [
    '@koa/router',
    '@mikro-orm/migrations',
    '@mikro-orm/postgresql',
    'bullmq',
    'commander',
    'csv-parse',
    'csv-stringify/sync',
    'file-type',
    'ioredis',
    'jose',
    'koa',
    'koa-body',
    'pg',
    'pino',
    'rate-limiter-flexible',
    'standardwebhooks',
    'zod',
    'zod-openapi',
  ];
  const calling = imports.filter(({ to }) => !/^node:|\.ts$/.test(to) && !quiet.includes(to));
  expect([...new Set(calling.map(({ from, to }) => `${from}: ${to}`))].toSorted()).toEqual([
    // The operator's own provider of single sign-on, only where OIDC_ISSUER is set, with the limits of node's fetch.
    'src/auth/log-in.ts: better-auth',
    'src/auth/log-in.ts: better-auth/api',
    'src/auth/log-in.ts: better-auth/plugins/generic-oauth',
    'src/auth/log-in.ts: better-auth/plugins/two-factor',
    // The operator's own mail server: limits for each step, and for all of it by a signal.
    'src/smtp.ts: nodemailer',
  ]);
  for (const file of ['src/handover/notifiers/email.ts', 'src/mail.ts']) expect(read(file)).toMatch(/\bsignal\b/);
});

it('knows the backend of the queue in src/queue, and Redis beside it in the limits of requests only', () => {
  expect(importersOf((name) => name === 'bullmq' || name.startsWith('bullmq/'))).toEqual([
    // A job that can never succeed says so by an error of the library's.
    'jobs/define-job.ts',
    // The queue's own tables.
    'src/database/migrate.ts',
    'src/queue/backend.ts',
  ]);
  expect(importersOf((name) => /^(?:ioredis|redis|rate-limiter-flexible)$/.test(name))).toEqual([
    'src/queue/backend.ts',
    'src/rate-limiter.ts',
  ]);
});

it('serves pages that load nothing but each other’s files', () => {
  const scripts = filesLike('web/*.js');
  expect(scripts.length).toBeGreaterThan(0);
  for (const { from, to } of scripts.flatMap(importsOf)) expect(scripts, `${from} imports ${to}`).toContain(to);
  for (const page of filesLike('web/*.html')) {
    const loaded = [...read(page).matchAll(/<(?:script|link|img)\b[^>]*?(?:src|href)="([^"]*)"/g)];
    // `/docs/` is the page of the API, whose program comes from npm and is served by us.
    for (const [, address] of loaded) expect(address, page).toMatch(/^\/(?:assets|docs)\//);
  }
});
