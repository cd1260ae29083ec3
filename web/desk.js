/** The small manager view: who waits, what was said and why, and a reply. */

const slug = location.pathname.split('/')[2];
const byId = (id) => document.getElementById(id);
const [box, log] = ['text', 'messages'].map(byId);

/** Statuses change after the fact, so the last messages are asked for again. */
const LOOK_BACK = 50;
const SPEAKERS = { contact: 'Customer', agent: 'Assistant', system: 'Assistant', user: 'Manager' };
const STATUSES = { received: '', queued: 'on its way', failed: 'not delivered', withheld: 'held back' };
const STATES = {
  bot: 'The assistant answers',
  awaiting_consent: 'The assistant asked if a person is wanted',
  queued: 'Waits for you',
  human: 'A manager has it',
  closed: 'Closed',
};
const HINTS = {
  bot: 'Sending takes the conversation over: the assistant is silent here until you hand it back.',
  queued: 'Sending takes the conversation over.',
  human: 'Sending takes the conversation over from whoever has it.',
  closed: 'It is closed. The customer’s next message starts a new conversation.',
};

/** Rows of the list and messages of the open conversation, by id. */
const rows = new Map();
const bubbles = new Map();
let openId = '';
let lastSeq = 0;
let isBusy = false;
/** Who uses this page: known from the first conversation that was taken here. */
let me = null;
let takenId = '';

// The list goes on slowly while another tab is in front, so that the number in the title stays true.
const refreshList = repeat(byId('list-status'), loadList, { everyMs: 2_000, hiddenMs: 30_000 });
const refreshTalk = repeat(byId('talk-status'), loadTalk, { everyMs: 1_500, hiddenMs: 0 });

async function api(path, body) {
  const init = {
    method: body ? 'POST' : 'GET',
    headers: { 'x-frontdesk-tenant': slug, 'content-type': 'application/json' },
    body: body && JSON.stringify(body),
    signal: AbortSignal.timeout(15_000),
  };
  const response = await fetch(`/api/v1/conversations${path}`, init).catch(() => {
    const next = body ? 'Look above whether it was done before you try again.' : 'Trying again.';
    throw new Error(`Frontdesk cannot be reached. ${next} What you typed is kept.`);
  });
  const answer = await response.json().catch(() => null);
  if (response.ok) return answer;
  if (response.status === 401) {
    byId('log-in').hidden = false;
    const command = `npm run frontdesk -- desk ${slug} --email <email>`;
    throw new Error(`You are not logged in here. Log in, or ask whoever runs Frontdesk for a new link: ${command}`);
  }
  throw new Error(`That did not work: ${answer?.detail ?? `the server answered ${response.status}`}.`);
}

/** Gives a function that loads and shows now, and then again and again. What a later load has overtaken is dropped. */
function repeat(status, load, { everyMs, hiddenMs }) {
  let timer = 0;
  let newest = 0;
  const run = async () => {
    const turn = (newest += 1);
    let trouble = '';
    const show = await load().catch((error) => void (trouble = error.message));
    if (turn !== newest) return;
    show?.();
    write(status, trouble);
    const wait = document.hidden ? hiddenMs : trouble ? everyMs * 3 : everyMs;
    clearTimeout(timer);
    if (wait) timer = setTimeout(run, wait);
  };
  document.addEventListener('visibilitychange', () => void (document.hidden || run()));
  return run;
}

/** Waiting conversations are asked for apart: whoever waits longest may not be among the latest. */
async function loadList() {
  const filters = ['limit=50', 'handler=queued&limit=100'];
  const answers = await Promise.all(filters.map((filter) => api(`?include=contact&${filter}`)));
  const found = new Map(answers.flatMap(({ items }) => items).map((one) => [one.id, one]));
  return () => showList([...found.values()]);
}

/** Whoever waits longest comes first, of the others the latest. */
function showList(all) {
  const newestFirst = all.sort((a, b) => Date.parse(b.lastActivityAt) - Date.parse(a.lastActivityAt));
  const waiting = newestFirst.filter(({ handler }) => handler === 'queued').toReversed();
  const progress = newestFirst.filter(({ handler }) => handler !== 'queued' && handler !== 'closed');
  const closed = newestFirst.filter(({ handler }) => handler === 'closed');
  for (const [id, conversations] of Object.entries({ waiting, progress, closed })) fill(byId(id), conversations);
  write(byId('badge'), waiting.length > 0 ? `${waiting.length} waiting` : '');
  document.title = `${waiting.length > 0 ? `(${waiting.length}) ` : ''}Frontdesk ${slug}`;
}

/** Puts the rows into the list without taking the focus from one that moves. */
function fill(list, conversations) {
  const wanted = conversations.map(rowOf);
  if (wanted.length === list.children.length && wanted.every((row, index) => row === list.children[index])) return;
  const focused = document.activeElement;
  list.replaceChildren(...wanted);
  if (list.contains(focused)) focused.focus({ preventScroll: true });
}

function rowOf(one) {
  const row = rows.get(one.id) ?? make('li', '', make('a', 'row', make('b'), make('span', 'quiet'), make('span')));
  rows.set(one.id, row);
  const link = row.firstChild;
  const [name, time, state] = link.children;
  write(name, nameOf(one));
  write(time, timeOf(one.lastActivityAt));
  write(state, stateOf(one));
  state.className = `quiet is-${one.handler}`;
  link.href = `#${one.id}`;
  link.ariaCurrent = one.id === openId ? 'true' : null;
  return row;
}

async function loadTalk() {
  const id = openId;
  if (!id) return null;
  const path = `/${encodeURIComponent(id)}`;
  const [conversation, messages] = await Promise.all([
    api(`${path}?include=contact,decisions,transitions`),
    api(`${path}/messages?limit=200&after=${Math.max(0, lastSeq - LOOK_BACK)}`),
  ]);
  return () => id === openId && showTalk(conversation, messages);
}

function showTalk(conversation, { items: messages, hasMore }) {
  const { id, handler, assigneeUserId, decisions, transitions } = conversation;
  if (takenId === id && handler === 'human') me = assigneeUserId;
  takenId = '';
  write(byId('name'), nameOf(conversation));
  write(byId('state'), stateOf(conversation));
  byId('state').className = `quiet is-${handler}`;
  write(byId('since'), transitions.map((one) => `since ${timeOf(one.createdAt)}: ${one.reason}`).at(-1) ?? '');
  const why = new Map(decisions.map((decision) => [decision.replyMessageId, decision]));
  for (const message of messages) showMessage(message, why.get(message.id));
  showControls(conversation);
  lastSeq = Math.max(lastSeq, messages.at(-1)?.seq ?? 0);
  if (hasMore) void refreshTalk();
}

function showMessage(message, decision) {
  const item =
    bubbles.get(message.id) ?? make('li', '', make('b', 'quiet'), make('span'), make('p', 'words'), make('p', 'alert'));
  bubbles.set(message.id, item);
  const [who, meta, words, trouble] = item.children;
  const files = message.attachments.map(({ type, fileName, label }) => `[${type}] ${fileName ?? label ?? ''}`);
  const status = STATUSES[message.status] ?? message.status;
  const speaker = message.isInternal ? 'Note' : SPEAKERS[message.from];
  item.className = `message from-${speaker.toLowerCase()}`;
  meta.className = ['failed', 'withheld'].includes(message.status) ? 'alert' : 'quiet';
  write(who, speaker);
  write(meta, [timeOf(message.at), status, message.editedAt && 'edited'].filter(Boolean).join(' · '));
  write(words, message.deletedAt ? '(deleted)' : [message.text, ...files].filter(Boolean).join('\n'));
  write(trouble, message.failedBecause ?? '');
  if (decision && item.children.length === 4) item.append(explain(decision));
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
  const isMine = isHuman && assigneeUserId === me;
  byId('take').disabled = handler === 'closed' || (isHuman && me !== null);
  byId('hand-back').disabled = !isHuman && handler !== 'queued';
  for (const id of ['ask-close', 'send']) byId(id).disabled = handler === 'closed';
  write(byId('send'), isMine ? 'Send' : 'Take over and send');
  write(byId('hint'), isMine ? 'Ctrl or ⌘ + Enter sends.' : (HINTS[handler] ?? HINTS.bot));
}

/** Does something to the open conversation and goes on at `next`. False, and words about it, when it did not work. */
async function act(path, next, body = {}) {
  if (isBusy) return false;
  const id = openId;
  let problem = '';
  isBusy = true;
  write(byId('hint'), 'One moment…');
  await api(`/${encodeURIComponent(id)}/${path}`, body).catch((error) => (problem = error.message));
  isBusy = false;
  write(byId('hint'), '');
  if (id === openId) byId('problem').textContent = problem;
  if (!problem) takenId = id;
  await Promise.all([refreshTalk(), refreshList()]);
  if (!problem && id === openId) byId(next).focus();
  return !problem;
}

async function reply(draft, text) {
  if ((await act('replies', 'text', { text })) && sessionStorage[draft]?.trim() === text) delete sessionStorage[draft];
  box.value = sessionStorage[draftKey()] ?? '';
}

/** The address names the open conversation; each keeps the reply that was begun in it. */
function open() {
  const before = rows.get(openId)?.firstChild;
  openId = location.hash.slice(1);
  lastSeq = 0;
  bubbles.clear();
  log.replaceChildren();
  // Until we know whose it is nothing can be done to it.
  showControls({ handler: 'closed' });
  byId('name').textContent = 'One moment…';
  for (const id of ['state', 'since', 'problem', 'hint']) byId(id).textContent = '';
  box.value = sessionStorage[draftKey()] ?? '';
  byId('talk').hidden = !openId;
  byId('nothing').hidden = Boolean(openId);
  (openId ? byId('name') : before)?.focus();
  void refreshTalk();
  void refreshList();
}

/** An element; what is put into it as words stays words. */
function make(tag, className = '', ...children) {
  const element = Object.assign(document.createElement(tag), { className, dir: 'auto' });
  element.append(...children);
  return element;
}

/** Changes only what differs, so that nothing is announced or unselected in vain. */
function write(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

function timeOf(at) {
  const day = new Date(at).toDateString() === new Date().toDateString() ? undefined : 'numeric';
  return new Date(at).toLocaleString([], { day, month: day && 'short', hour: 'numeric', minute: '2-digit' });
}

const nameOf = ({ contact, id }) => contact?.displayName ?? `Visitor ${id.slice(-4)}`;
const stateOf = ({ handler, assigneeUserId }) => (me && assigneeUserId === me ? 'You have it' : STATES[handler]);
const draftKey = () => `frontdesk.desk.${slug}.${openId}`;

byId('form').addEventListener('submit', (event) => {
  event.preventDefault();
  const text = box.value.trim();
  if (text && !byId('send').disabled) void reply(draftKey(), text);
});
box.addEventListener('input', () => (sessionStorage[draftKey()] = box.value));
box.addEventListener('keydown', (event) => {
  if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) byId('form').requestSubmit();
});
for (const [path, next] of Object.entries({ take: 'text', 'hand-back': 'name', close: 'name' })) {
  byId(path).addEventListener('click', () => void act(path, next));
}
byId('ask-close').addEventListener('click', () => byId('sure').showModal());
addEventListener('hashchange', open);
byId('shop').textContent = slug;
byId('log-in').href = `/login?next=${encodeURIComponent(`/desk/${slug}`)}`;
open();
