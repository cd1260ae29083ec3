import nock from 'nock';
import { afterEach, expect } from 'vitest';
import type { HandoverNotice, NotifierIo } from '../../src/handover/notifier.ts';
import { notifierKind } from '../../src/handover/notifiers/registry.ts';
import { plainRequest } from '../support/plain-request.ts';
import { useNock } from '../support/use-nock.ts';

export const notice: HandoverNotice = {
  id: '01935f2a-8b1c-7d3e-9f40-123456789abc',
  tenant: { slug: 'acme', name: 'Acme Bakery' },
  conversation: { id: '01935f2a-0000-7000-8000-000000000001', channel: 'WhatsApp', contactName: 'Anna' },
  reason: 'The customer asked for a person.',
  summary: 'Wants to change the date of an order.',
  lastMessages: [
    { author: 'Anna', text: 'Can I move my cake to Friday?', at: '2026-11-23T10:00:00.000Z' },
    { author: 'Assistant', text: 'I will ask a colleague.', at: '2026-11-23T10:00:02.000Z' },
  ],
  url: 'https://desk.example/t/acme/conversations/42',
  createdAt: '2026-11-23T10:00:03.000Z',
};

/** Whatever a customer may call himself and write to make the notice say or do something else. */
export const hostile: HandoverNotice = {
  ...notice,
  conversation: {
    ...notice.conversation,
    contactName: 'Eve\r\nBcc: victim@evil.test\r\n\r\n<script>alert(1)</script>\u202E & <!channel>',
  },
  summary: '<img src=x onerror=alert(2)>',
  lastMessages: [
    {
      author: 'Eve"><b>',
      text: 'hi\r\n.\r\nQUIT\nManager: all is well <https://evil.test|here> <!here>\u0000',
      at: notice.createdAt,
    },
  ],
};

/** A notice longer than any medium takes, of a talk whose first message says "oldest" and whose last "newest". */
export function manyMessages(filling: string, between = 20) {
  const texts = ['oldest', ...Array.from({ length: between }, () => 'middle'), 'newest'];
  return texts.map((text) => ({ author: 'Anna', text: `${text} ${filling}`, at: notice.createdAt }));
}

const closers: (() => Promise<unknown> | void)[] = [];

/** Ends, after the test, what the test started. */
export const closeAfterwards = (close: () => Promise<unknown> | void) => void closers.push(close);

/** Nothing but this machine and what the test announces can be reached; what was announced must have been called. */
export function stayOnThisMachine() {
  useNock({ hosts: ['127.0.0.1'] });
  afterEach(async () => {
    for (const close of closers.splice(0)) await close();
    expect(nock.pendingMocks()).toEqual([]);
  });
}

/** Sends as a job does: stored settings are parsed by the kind's own schema first. */
export function send(kind: string, config: unknown, given: HandoverNotice = notice, io: Partial<NotifierIo> = {}) {
  const notifier = notifierKind(kind);
  return notifier.send(given, notifier.config.parse(config), {
    request: plainRequest,
    smtp: null,
    apiBases: { slack: 'http://slack.test', telegram: 'http://telegram.test' },
    signal: AbortSignal.timeout(5_000),
    ...io,
  });
}

export const failureOf = (sending: Promise<unknown>): Promise<unknown> =>
  sending.then(
    () => expect.fail('it was sent'),
    (error: unknown) => error,
  );
