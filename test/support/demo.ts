import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { expect } from 'vitest';

/** For a test with a demo in it: longer than the demo gives itself. */
export const DEMO_LIMIT_MS = 240_000;
/** By then it has ended by itself and has put everything away. */
const END_MS = 220_000;

/** `npm run demo` with these variables and no others of ours; gives its exit code and what it said. */
export const playDemo = (env: Record<string, string> = {}) =>
  new Promise<{ code: number | null; said: string }>((resolve) => {
    const own = { PATH: process.env['PATH'], HOME: process.env['HOME'], TMPDIR: process.env['TMPDIR'] };
    const options = { cwd: join(import.meta.dirname, '../..'), env: { ...own, ...env }, timeout: END_MS };
    const child = execFile('npm', ['run', 'demo'], options, (_error, stdout, stderr) =>
      resolve({ code: child.exitCode, said: stdout + stderr }),
    );
  });

/** What was said in it, without what is said about it. */
export const talkIn = (said: string): string[] => said.split('\n').filter((line) => /^.{16} [<>] /.test(line));

const anna = (text: string) => `Anna (Telegram)  > ${text}`;
const ben = (text: string) => `Ben (WhatsApp)   > ${text}`;
const mia = (text: string) => `Mia (manager)    > ${text}`;
const shop = (text: string) => `Coffee Shop      < ${text}`;
const support = (text: string) => `Tech Support     < ${text}`;
const automatic = (from: (text: string) => string, words: RegExp): unknown =>
  expect.stringMatching(new RegExp(`^${from('')}.*${words.source}`));

/** Both conversations, both ways, from the first question to what the assistant says after the hand back. */
export const story = [
  anna('What are your opening hours?'),
  shop('We open 7am-9pm daily'),
  anna('Can I bring my dog?'),
  automatic(shop, /other words/),
  anna('Is my dog allowed inside?'),
  automatic(shop, /person.* \[Yes, please\] \[No, thanks\]$/),
  anna('yes'),
  automatic(shop, /person/),
  mia('Hi Anna, dogs are welcome on our terrace!'),
  shop('Hi Anna, dogs are welcome on our terrace!'),
  anna('And what are your opening hours?'),
  mia('7am to 9pm, every day.'),
  shop('7am to 9pm, every day.'),
  anna('Do you have vegan options?'),
  shop('Yes! We offer oat milk, almond milk, and vegan pastries'),
  ben('How do I reset my password?'),
  support('Go to login page and click "Forgot Password"'),
  ben('That did not help, I want to talk to a human'),
  automatic(support, /person/),
  mia('Hello Ben, I have just sent you a new link.'),
  support('Hello Ben, I have just sent you a new link.'),
  ben('Now the app keeps crashing'),
  support('Try clearing cache and restarting the app'),
];
