import { z } from 'zod';
import { PermanentError, UncertainError } from '../../errors.ts';
import type { SafeResponse } from '../../safe-request.ts';
import type { HandoverNotice, Notifier } from '../notifier.ts';
import { tryLater } from './answer.ts';
import { newestThatFit, shorten, wordingOf } from './wording.ts';

const HOW_TO_ANSWER = 'Open the conversation to answer: what is written here does not reach the customer.';
/** Of one text object in a section, after escaping. */
const SECTION_LENGTH = 3_000;
// Short enough that a text of nothing but "&" still fits into a section when it is escaped.
const LONGEST_TEXT = 500;

const Config = z.object({
  webhookUrl: z.url({ protocol: /^https$/ }).meta({
    title: 'Incoming webhook URL',
    description: 'From the Slack app: Features, Incoming Webhooks, Add New Webhook to Workspace.',
    secret: true,
  }),
});

/**
 * A message in a Slack channel, through an incoming webhook: it can be posted to, and says nothing but "ok".
 *
 * @see https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks
 */
export const slack: Notifier<z.infer<typeof Config>> = {
  kind: 'slack',
  config: Config,

  async send(notice, { webhookUrl }, { request, apiBases, signal }) {
    const { pathname, search, origin } = new URL(webhookUrl);
    const response = await request(`${apiBases['slack'] ?? origin}${pathname}${search}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json; charset=utf-8' },
      body: JSON.stringify(slackMessage(notice)),
      signal,
    });
    const word = response.body.toString('utf8').trim();
    if (response.status !== 200) throw failure(response, word);
    if (word !== 'ok') throw new UncertainError('Slack answered 200, but not "ok"');
    return { externalId: null };
  },
};

function slackMessage(notice: HandoverNotice) {
  const { headline, summary, messages, url, howToAnswer, since } = wordingOf(notice, HOW_TO_ANSWER);
  const said = newestThatFit(
    messages.map(
      ({ author, text }) => `>*${escape(author)}*: ${escape(shorten(text, LONGEST_TEXT)).replaceAll('\n', '\n>')}`,
    ),
    SECTION_LENGTH,
  );
  // "|" would end the address; everything else that means something to Slack is escaped.
  const link = `<${escape(url.replaceAll('|', '%7C'))}|Open the conversation>`;
  const texts = [`*${escape(headline)}*`, escape(summary), said, link].filter(Boolean);
  return {
    // What notifications show, and readers that know no blocks.
    text: escape(headline),
    blocks: [
      ...texts.map((text) => ({ type: 'section', text: mrkdwn(text) })),
      { type: 'context', elements: [mrkdwn(escape(`${howToAnswer} ${since}`))] },
    ],
    unfurl_links: false,
  };
}

/** Verbatim: Slack looks for no addresses, channels or names in what customers wrote. */
const mrkdwn = (text: string) => ({ type: 'mrkdwn', text, verbatim: true });

/** The three characters with which a text could mention everybody or hide where a link goes. */
const escape = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** Slack's reasons are single words such as `channel_is_archived`; anything else may be a page about our address. */
function failure(response: SafeResponse, word: string): Error {
  const { status } = response;
  const reason = /^[a-z_]{1,60}$/.test(word) ? word : null;
  const text = `Slack answered ${status}${reason ? ` (${reason})` : ''}`;
  const code = reason ?? String(status);
  if (status === 429 || status === 503) return tryLater(text, response);
  if (status === 403 || status === 404 || status === 410) {
    const hint = 'the webhook or its channel is gone, enter the URL of a new incoming webhook';
    return new PermanentError(`${text}: ${hint}`, { scope: 'channel', code });
  }
  if (status >= 300 && status < 500) return new PermanentError(text, { code });
  return new Error(text);
}
