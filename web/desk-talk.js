/** One conversation: what was said and why, whose it is, a reply to the customer, a note for colleagues. */

import { dropFiles, hasFiles, shownFiles, uploadFiles } from './desk-files.js';
import { ask, byId, make, repeat, slug, timeOf, waited, write, writeLabels } from './desk-page.js';
import { who } from './desk-people.js';

/** Statuses change after the fact, so the last messages are asked for again. */
const LOOK_BACK = 50;
const SPEAKERS = { contact: 'Customer', agent: 'Assistant', system: 'Assistant', user: 'Manager' };
const STATUSES = { received: '', queued: 'on its way', failed: 'not delivered', withheld: 'held back' };
const STATES = {
  bot: 'The assistant answers',
  awaiting_consent: 'The assistant asked if a person is wanted',
  queued: 'Waits for you',
  closed: 'Closed',
};
const HINTS = {
  bot: 'Sending takes the conversation over: the assistant is silent here until you hand it back.',
  queued: 'Sending takes the conversation over.',
  closed: 'It is closed. The customer’s next message starts a new conversation.',
};

const log = byId('messages');
/** Where one writes, by where it goes. */
const boxes = { replies: byId('text'), notes: byId('note-text') };
/** Messages of the open conversation, by id. */
const bubbles = new Map();
let openId = '';
let lastSeq = 0;
let isBusy = false;

export const refreshTalk = repeat(byId('talk-status'), loadTalk, { everyMs: 1_500, hiddenMs: 0 });

export const nameOf = ({ contact, id }) => contact?.displayName ?? `Visitor ${id.slice(-4)}`;
export const stateOf = ({ handler, assigneeUserId }) =>
  handler === 'human' ? `${holder(assigneeUserId)} it` : STATES[handler];
const holder = (userId) => (userId && userId === who.me ? 'You have' : `${who.names.get(userId) ?? 'A manager'} has`);

/** Shows this conversation from its beginning, or none. Each keeps what was begun in it. */
export function openTalk(id) {
  openId = id;
  lastSeq = 0;
  bubbles.clear();
  log.replaceChildren();
  // Until we know whose it is nothing can be done to it.
  showControls({ handler: 'closed' });
  byId('name').textContent = 'One moment…';
  for (const empty of ['state', 'since', 'labels', 'problem', 'hint']) byId(empty).textContent = '';
  byId('why-person').hidden = true;
  for (const [way, box] of Object.entries(boxes)) box.value = sessionStorage[draftKey(way)] ?? '';
  byId('note').open = boxes.notes.value !== '';
  dropFiles();
  void refreshTalk();
}

async function loadTalk() {
  const id = openId;
  if (!id) return null;
  const path = `/conversations/${encodeURIComponent(id)}`;
  const [conversation, messages] = await Promise.all([
    ask(`${path}?include=contact,handover,decisions,transitions`),
    ask(`${path}/messages?limit=200&after=${Math.max(0, lastSeq - LOOK_BACK)}`),
  ]);
  return () => id === openId && showTalk(conversation, messages);
}

function showTalk(conversation, { items: messages, hasMore }) {
  const { handler, decisions, transitions, handover, labels } = conversation;
  const last = transitions.at(-1);
  const isWaiting = handler === 'queued' && handover;
  write(byId('name'), nameOf(conversation));
  write(byId('state'), isWaiting ? `Waits for you: ${waited(handover.waitingSince)}` : stateOf(conversation));
  byId('state').className = `quiet is-${handler}`;
  write(byId('since'), last ? `since ${timeOf(last.createdAt)}: ${last.reason}` : '');
  writeLabels(byId('labels'), labels);
  byId('why-person').hidden = !handover;
  write(byId('reason'), handover ? `Why a person: ${handover.reason}` : '');
  write(byId('summary'), handover?.packet.summary ?? '');
  const why = new Map(decisions.map((decision) => [decision.replyMessageId, decision]));
  for (const message of messages) showMessage(message, why.get(message.id));
  showControls(conversation);
  lastSeq = Math.max(lastSeq, messages.at(-1)?.seq ?? 0);
  if (hasMore) void refreshTalk();
}

function showMessage(message, decision) {
  const item =
    bubbles.get(message.id) ??
    make('li', '', make('b', 'quiet'), make('span'), make('p', 'words'), make('div', 'files'), make('p', 'alert'));
  bubbles.set(message.id, item);
  const [speaker, meta, words, files, trouble] = item.children;
  const status = STATUSES[message.status] ?? message.status;
  const kind = message.isInternal ? 'Note' : SPEAKERS[message.from];
  const person = message.userId && (message.userId === who.me ? 'You' : who.names.get(message.userId));
  item.className = `message from-${kind.toLowerCase()}`;
  meta.className = ['failed', 'withheld'].includes(message.status) ? 'alert' : 'quiet';
  write(speaker, message.isInternal ? `Note for colleagues${person ? ` · ${person}` : ''}` : (person ?? kind));
  write(meta, [timeOf(message.at), status, message.editedAt && 'edited'].filter(Boolean).join(' · '));
  write(words, message.deletedAt ? '(deleted)' : message.text);
  words.hidden = words.textContent === '';
  if (message.deletedAt) files.replaceChildren();
  else if (!files.hasChildNodes()) files.append(...shownFiles(message, openId));
  write(trouble, message.failedBecause ?? '');
  const why = decision ?? (message.reason === null ? null : { ...message, confidence: null });
  if (why && item.children.length === 5) item.append(explain(why));
  if (!item.parentNode) log.append(item);
}

function explain({ reason, confidence, withheldReason }) {
  const lines = [`Because ${reason}.`];
  if (confidence !== null) lines.push(`Best matching FAQ: ${Math.round(confidence * 100)} %.`);
  if (withheldReason) lines.push(`Held back: ${withheldReason}.`);
  return make('details', 'why quiet', make('summary', '', 'Why?'), ...lines.map((line) => make('p', '', line)));
}

function showControls({ handler, assigneeUserId }) {
  const isHuman = handler === 'human';
  const isMine = isHuman && assigneeUserId !== null && assigneeUserId === who.me;
  byId('take').disabled = handler === 'closed' || (isHuman && assigneeUserId !== null);
  byId('hand-back').disabled = !isHuman && handler !== 'queued';
  for (const id of ['ask-close', 'send']) byId(id).disabled = handler === 'closed';
  write(byId('send'), isMine ? 'Send' : 'Take over and send');
  const hint = isHuman
    ? `Sending takes the conversation over: ${holder(assigneeUserId)} it.`
    : (HINTS[handler] ?? HINTS.bot);
  write(byId('hint'), isMine ? 'Ctrl or ⌘ + Enter sends.' : hint);
}

/**
 * Does something to the open conversation and goes on at `next`; `readBody` makes what is sent with it. False, and words about
 * it, when it did not work.
 */
async function act(path, next, readBody = async () => ({})) {
  if (isBusy) return false;
  const id = openId;
  let problem = '';
  isBusy = true;
  write(byId('hint'), 'One moment…');
  const doing = async () => ask(`/conversations/${encodeURIComponent(id)}/${path}`, await readBody());
  await doing().catch((error) => (problem = error.message));
  isBusy = false;
  write(byId('hint'), '');
  if (id === openId) byId('problem').textContent = problem;
  dispatchEvent(new Event('acted'));
  await refreshTalk();
  if (!problem && id === openId) next.focus();
  return !problem;
}

/** `way` is `replies` or `notes`: each box goes its own way only. */
async function post(way) {
  const box = boxes[way];
  const [text, draft] = [box.value.trim(), draftKey(way)];
  const isWithFiles = way === 'replies' && hasFiles();
  if (!text && !isWithFiles) return;
  const isDone = await act(way, box, async () => ({
    ...(text && { text }),
    ...(isWithFiles && { attachmentIds: await uploadFiles() }),
  }));
  if (isDone && isWithFiles) dropFiles();
  if (isDone && (sessionStorage[draft] ?? '').trim() === text) delete sessionStorage[draft];
  box.value = sessionStorage[draftKey(way)] ?? '';
}

const draftKey = (way) => `frontdesk.desk.${slug}.${openId}.${way}`;

for (const [way, box] of Object.entries(boxes)) {
  box.addEventListener('input', () => (sessionStorage[draftKey(way)] = box.value));
  box.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) box.form.requestSubmit();
  });
  box.form.addEventListener('submit', (event) => {
    event.preventDefault();
    if (!event.target.querySelector('button').disabled) void post(way);
  });
}
for (const [path, next] of Object.entries({ take: boxes.replies, 'hand-back': byId('name'), close: byId('name') })) {
  byId(path).addEventListener('click', () => void act(path, next));
}
byId('ask-close').addEventListener('click', () => byId('sure').showModal());
