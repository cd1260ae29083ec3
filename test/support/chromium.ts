import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';

/** Where Chromium is on this machine; null where it is not. */
export const chromiumPath: string | null =
  [process.env['CHROMIUM'], '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
    (path) => path !== undefined && existsSync(path),
  ) ?? null;

export interface Page {
  open(url: string): Promise<void>;
  /** The value of an expression in the page; what it throws is thrown. */
  evaluate(expression: string): Promise<unknown>;
  /** Presses a key where the focus is. */
  press(key: 'Tab' | 'Enter' | 'Space', modifiers?: { ctrl?: boolean }): Promise<void>;
  /** Puts text in where the focus is, as typing does. */
  type(text: string): Promise<void>;
  look(view: { width: number; height: number; isDark?: boolean }): Promise<void>;
  /** A PNG. */
  screenshot(): Promise<Buffer>;
  /** What the page could not do, as the console has it. */
  errors: string[];
  close(): Promise<void>;
}

export interface Chromium {
  /** A page with cookies and storage of its own, as another person's browser. */
  newPage(): Promise<Page>;
  close(): Promise<void>;
}

type Send = (method: string, params?: object, sessionId?: string) => Promise<Record<string, unknown>>;
type Events = Map<string, (method: string, params: Record<string, unknown>) => void>;

const Answer = z.object({
  id: z.number().optional(),
  result: z.record(z.string(), z.unknown()).optional(),
  error: z.object({ message: z.string() }).optional(),
  method: z.string().optional(),
  params: z.record(z.string(), z.unknown()).optional(),
  sessionId: z.string().optional(),
});
const Evaluated = z.object({
  result: z.object({ value: z.unknown().optional() }),
  exceptionDetails: z
    .object({ exception: z.object({ description: z.string() }).partial() })
    .partial()
    .optional(),
});
const text = (record: Record<string, unknown>, name: string) => z.string().parse(record[name]);

/** A real browser, spoken to by the DevTools protocol. */
export async function startChromium(): Promise<Chromium> {
  if (!chromiumPath) throw new Error('there is no Chromium on this machine; name one in CHROMIUM');
  const profile = await mkdtemp(join(tmpdir(), 'frontdesk-chromium-'));
  const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--remote-debugging-port=0'];
  const browser = spawn(chromiumPath, [...flags, `--user-data-dir=${profile}`, 'about:blank'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const gone = new Promise<void>((resolve) => browser.once('exit', () => resolve()));
  const socket = new WebSocket(await addressOf(browser.stderr));
  await new Promise((resolve, reject) => {
    socket.addEventListener('open', resolve, { once: true });
    socket.addEventListener('error', reject, { once: true });
  });
  const events: Events = new Map();
  const send = speak(socket, events);
  return {
    newPage: () => newPage(send, events),
    async close() {
      await send('Browser.close').catch(() => undefined);
      await gone;
      await rm(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** The browser says where it listens, among other things. */
async function addressOf(output: NodeJS.ReadableStream): Promise<string> {
  for await (const line of createInterface({ input: output })) {
    const address = /DevTools listening on (\S+)/.exec(line)?.[1];
    if (!address) continue;
    output.resume();
    return address;
  }
  throw new Error('Chromium ended before it listened');
}

function speak(socket: WebSocket, events: Events): Send {
  const waiting = new Map<number, PromiseWithResolvers<Record<string, unknown>>>();
  let count = 0;
  socket.addEventListener('message', ({ data }) => {
    const { id, result = {}, error, method, params = {}, sessionId } = Answer.parse(JSON.parse(String(data)));
    if (method) events.get(sessionId ?? '')?.(method, params);
    if (id === undefined) return;
    if (error) waiting.get(id)?.reject(new Error(error.message));
    else waiting.get(id)?.resolve(result);
    waiting.delete(id);
  });
  socket.addEventListener('close', () => {
    for (const one of waiting.values()) one.reject(new Error('Chromium has ended'));
  });
  return (method, params = {}, sessionId) => {
    count += 1;
    const answer = Promise.withResolvers<Record<string, unknown>>();
    waiting.set(count, answer);
    socket.send(JSON.stringify({ id: count, method, params, ...(sessionId && { sessionId }) }));
    return answer.promise;
  };
}

async function newPage(send: Send, events: Events): Promise<Page> {
  const browserContextId = text(await send('Target.createBrowserContext'), 'browserContextId');
  const targetId = text(await send('Target.createTarget', { url: 'about:blank', browserContextId }), 'targetId');
  const sessionId = text(await send('Target.attachToTarget', { targetId, flatten: true }), 'sessionId');
  const errors: string[] = [];
  const tell = (method: string, params: object = {}) => send(method, params, sessionId);
  let loaded = () => {};
  events.set(sessionId, (method, params) => {
    if (method === 'Page.loadEventFired') loaded();
    if (method === 'Runtime.exceptionThrown') errors.push(JSON.stringify(params));
    if (method === 'Log.entryAdded')
      errors.push(z.object({ entry: z.object({ text: z.string() }) }).parse(params).entry.text);
  });
  for (const domain of ['Page', 'Runtime', 'Log']) await tell(`${domain}.enable`);

  return {
    errors,
    async open(url) {
      const isLoaded = new Promise<void>((resolve) => (loaded = resolve));
      await tell('Page.navigate', { url });
      await isLoaded;
    },
    async evaluate(expression) {
      const how = { expression, awaitPromise: true, returnByValue: true, userGesture: true };
      const { result, exceptionDetails } = Evaluated.parse(await tell('Runtime.evaluate', how));
      if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? 'it threw in the page');
      return result.value;
    },
    async press(key, { ctrl = false } = {}) {
      const code = { Tab: 9, Enter: 13, Space: 32 }[key];
      const typed = { Tab: '', Enter: '\r', Space: ' ' }[key];
      const shared = {
        key: key === 'Space' ? ' ' : key,
        code: key,
        windowsVirtualKeyCode: code,
        modifiers: ctrl ? 2 : 0,
      };
      await tell('Input.dispatchKeyEvent', { ...shared, type: 'keyDown', ...(typed && !ctrl && { text: typed }) });
      await tell('Input.dispatchKeyEvent', { ...shared, type: 'keyUp' });
    },
    type: async (words) => void (await tell('Input.insertText', { text: words })),
    async look({ width, height, isDark = false }) {
      await tell('Emulation.setDeviceMetricsOverride', { width, height, deviceScaleFactor: 1, mobile: width < 600 });
      const features = [{ name: 'prefers-color-scheme', value: isDark ? 'dark' : 'light' }];
      await tell('Emulation.setEmulatedMedia', { features });
    },
    screenshot: async () =>
      Buffer.from(text(await tell('Page.captureScreenshot', { format: 'png' }), 'data'), 'base64'),
    async close() {
      events.delete(sessionId);
      await send('Target.disposeBrowserContext', { browserContextId });
    },
  };
}
