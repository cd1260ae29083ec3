/** The visitor's side of one shop's chat. What is written here is kept in the browser until the server has it. */

import { showFiles } from './chat-files.js';

const base = location.pathname.replace(/\/+$/, '');
const key = base.slice(base.lastIndexOf('/') + 1);
const byId = (id) => document.getElementById(id);
const [log, box, dots] = ['messages', 'text', 'dots'].map(byId);

const MAX_TEXT = 4_000;
const PATIENCE_MS = 15_000;
const DOTS_MS = 10_000;
/** A message may be delivered after a later one, so each look goes back a little. */
const LOOK_BACK = 20;
const NAMES = { visitor: 'You', assistant: 'Assistant', manager: 'Manager' };

let store = {};
try {
  store = localStorage;
} catch {
  // Blocked, as in some private windows: the page works until it is closed.
}
const [sessionKey, draftKey] = ['session', 'draft'].map((what) => `frontdesk.chat.${key}.${what}`);
let session = JSON.parse(store[sessionKey] ?? 'null');
let starting = null;
let stream = new AbortController();
/** What the server has shown us, by number; `newest` is the last of it. */
const shown = new Map();
let newest = null;
/** Own messages that have not come back from the server: {id, text, node, isSent}. */
let outgoing = [];
/** One is sent after the other, so that they arrive in the order they were written. */
let sending = Promise.resolve();
/** Who spoke last besides the visitor. Dots are for the assistant: of others we do not know whether they write. */
let answerer = 'assistant';
let dotsUntil = 0;

const showName = ({ siteName }) => (document.title = byId('site').textContent = siteName);

/** Calls as this visitor; `init` is made from the session. A session that is over is replaced, once. */
async function call(path, init = () => ({}), isRepeat = false) {
  session ??= await (starting ??= startSession().finally(() => (starting = null)));
  const used = session;
  const headers = { authorization: `Bearer ${used.token}`, 'content-type': 'application/json' };
  const response = await fetch(path, { headers, signal: AbortSignal.timeout(PATIENCE_MS), ...init(used) });
  if (response.status !== 401 || isRepeat) return accepted(response);
  if (session === used) session = null;
  return call(path, init, true);
}

async function startSession() {
  const response = await fetch(`${base}/session`, { method: 'POST', signal: AbortSignal.timeout(PATIENCE_MS) });
  const begun = await (await accepted(response)).json();
  store[sessionKey] = JSON.stringify(begun);
  showName(begun);
  return begun;
}

/** A refusal is final when asking again cannot help. */
async function accepted(response) {
  if (response.ok) return response;
  const body = await response.json().catch(() => null);
  const isFinal = response.status < 500 && ![401, 408, 429].includes(response.status);
  throw Object.assign(new Error(body?.detail ?? `the server answered ${response.status}`), { isFinal });
}

/** Follows the stream for as long as the page lives; where it breaks, asks for what was missed. */
async function follow() {
  for (let failures = 0; ; failures += 1) {
    stream = new AbortController();
    await readStream(stream.signal, () => (failures = 0)).catch(() => {});
    const isReached = await look();
    // While asking works, a chat without a stream is a slower chat, not a broken one.
    await pause(isReached ? Math.min(failures, 2) : failures);
  }
}

/** Server-sent events, read by hand: an EventSource cannot say who asks. */
async function readStream(signal, onLife) {
  const response = await call(`${base}/stream?after=${newest?.seq ?? 0}`, () => ({ signal }));
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  for (let rest = ''; ;) {
    const { done, value } = await reader.read();
    if (done) return;
    onLife();
    const lines = (rest + value).split('\n');
    rest = lines.pop();
    for (const line of lines) if (line.startsWith('data:')) receive(JSON.parse(line.slice(5)));
  }
}

/** Asks for what the stream has not brought: where there is something, it is behind and starts anew. False if in vain. */
async function look() {
  const after = outgoing.some((one) => one.isSent) ? 0 : Math.max(0, (newest?.seq ?? 0) - LOOK_BACK);
  const asked = call(`${base}/messages?after=${after}`).then((response) => response.json());
  const { messages = [], problem = null } = await asked.catch((error) => ({ problem: error }));
  if (messages.filter(receive).length > 0) stream.abort();
  report(problem);
  return !problem;
}

/** While an answer is likely we look often: the stream may be behind. Dots that nobody followed are not shown again. */
function tick() {
  if (dotsUntil && Date.now() > dotsUntil) showDots('nobody', 0);
  if (dotsUntil) void look();
}

function showDots(who, until) {
  answerer = who;
  dotsUntil = until;
  dots.hidden = !until;
}

/** Shows a message in its place. False when it was there already. */
function receive(message) {
  const known = shown.get(message.seq);
  if (known?.at === message.at) return false;
  // The same number at another time: the conversation was closed, and the next one counts from 1 again.
  if (known) {
    shown.clear();
    newest = null;
  }
  const own = outgoing.find(({ text }) => message.from === 'visitor' && text === message.text);
  outgoing = outgoing.filter((one) => one !== own);
  const node = own?.node ?? bubble(message.from, message.text);
  node.children[1].textContent = timeOf(message.at);
  showFiles(node, message);
  place(node, message.seq);
  shown.set(message.seq, { at: message.at, node });
  if (message.seq > (newest?.seq ?? 0)) newest = message;
  if (message.from !== 'visitor') showDots(message.from, 0);
  offerReplies();
  return true;
}

function say(text) {
  // Only a page with https has `randomUUID`; the address of a blob ends in an id as well.
  const id = crypto.randomUUID?.() ?? URL.createObjectURL(new Blob()).slice(-36);
  const one = { id, text, node: bubble('visitor', text), isSent: false };
  one.node.children[1].textContent = 'Sending…';
  log.append(one.node);
  outgoing.push(one);
  sending = sending.then(() => deliver(one));
  byId('refusal').textContent = '';
  byId('scroll').scrollTop = 0;
  offerReplies();
  keepUnsent();
}

/** Tries until the server has it; the id makes a second try the same message. Refused words go back into the box. */
async function deliver(one) {
  const { id, text, node } = one;
  const language = navigator.language.slice(0, 35);
  const init = ({ visitorId }) => ({ method: 'POST', body: JSON.stringify({ visitorId, id, text, language }) });
  for (let tries = 1; !one.isSent; tries += 1) {
    try {
      await call(`/webhooks/webchat/${key}`, init);
      one.isSent = true;
    } catch (problem) {
      if (problem.isFinal) return takeBack(one, problem);
      node.children[1].textContent = navigator.onLine ? 'Not sent yet, trying again…' : 'Waits for the connection';
      await pause(tries);
    }
  }
  keepUnsent();
  if (!outgoing.includes(one)) return;
  node.children[1].textContent = 'Sent';
  if (answerer === 'assistant') showDots(answerer, Date.now() + DOTS_MS);
}

function takeBack(one, problem) {
  outgoing = outgoing.filter((other) => other !== one);
  one.node.remove();
  box.value = [one.text, box.value].filter(Boolean).join('\n');
  byId('refusal').textContent = `Not sent: ${problem.message}. Your words are back in the box.`;
  keepUnsent();
}

/** An element whose words are only ever words. */
function make(tag, className, textContent = '') {
  return Object.assign(document.createElement(tag), { className, textContent, dir: 'auto' });
}

/** Who speaks, when or how far it got, and the words. */
function bubble(from, text) {
  const item = make('li', `message from-${from}`);
  item.append(make('b', 'quiet', NAMES[from]), make('span', 'quiet'), make('p', 'words', text));
  return item;
}

function timeOf(at) {
  const day = new Date(at).toDateString() === new Date().toDateString() ? undefined : 'numeric';
  return new Date(at).toLocaleString([], { day, month: day && 'short', hour: 'numeric', minute: '2-digit' });
}

/** In the order of numbers; own words that are still on their way come last. */
function place(node, seq) {
  const later = [...shown.keys()].filter((other) => other > seq);
  const next = (later.length > 0 ? shown.get(Math.min(...later)).node : outgoing[0]?.node) ?? null;
  if (!node.parentNode || node.nextSibling !== next) log.insertBefore(node, next);
}

/** Suggested answers belong to the newest message only. */
function offerReplies() {
  const titles = outgoing.length > 0 ? [] : (newest?.quickReplies ?? []);
  byId('quick').replaceChildren(...titles.map((title) => make('button', '', title)));
}

/** Says what is wrong and what happens next; says nothing when all is well. */
function report(problem) {
  const trouble = navigator.onLine ? 'The chat cannot be reached; trying again.' : 'You are offline.';
  const lasting = `Sorry: ${problem?.message}. Reload the page, or reach us another way.`;
  const passing = `${trouble} What you write is kept and sent later.`;
  byId('status').textContent = problem ? (problem.isFinal ? lasting : passing) : '';
}

/** What the server does not have yet survives a reload, in the box. */
function keepUnsent() {
  const over = box.value.trim().length - MAX_TEXT;
  box.setCustomValidity(over > 0 ? `${over} characters too long. Send it in parts.` : '');
  const waiting = outgoing.filter(({ isSent }) => !isSent).map(({ text }) => text);
  store[draftKey] = [...waiting, box.value].filter(Boolean).join('\n');
}

/** Waits longer with every try, but not longer than until the browser is online again. */
function pause(tries) {
  return new Promise((resolve) => {
    setTimeout(resolve, Math.min(15_000, 750 * 2 ** tries) * (0.8 + Math.random() * 0.4));
    addEventListener('online', resolve, { once: true });
  });
}

byId('form').addEventListener('submit', (event) => {
  event.preventDefault();
  const text = box.value.trim();
  box.focus();
  if (!text) return;
  box.value = '';
  say(text);
});
box.addEventListener('input', keepUnsent);
box.addEventListener('keydown', (event) => {
  if (event.key !== 'Enter' || event.shiftKey || event.isComposing || matchMedia('(pointer: coarse)').matches) return;
  event.preventDefault();
  byId('form').requestSubmit();
});
byId('quick').addEventListener('click', ({ target }) => target.tagName === 'BUTTON' && say(target.textContent));
addEventListener('offline', () => report(new Error('offline')));
if (session) showName(session);
box.value = store[draftKey] ?? '';
setInterval(tick, 1_500);
setInterval(look, PATIENCE_MS);
void follow();
