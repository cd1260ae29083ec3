/** The small manager view: who waits, who is at it, and which conversation is open. */

import { ask, byId, make, repeat, slug, timeOf, waited, write, writeLabels } from './desk-page.js';
import { refreshPeople } from './desk-people.js';
import { nameOf, openTalk, refreshTalk, stateOf } from './desk-talk.js';

/** Rows of the list, by the id of the conversation. */
const rows = new Map();
let openId = '';

// The list goes on slowly while another tab is in front, so that the number in the title stays true.
const refreshList = repeat(byId('list-status'), loadList, { everyMs: 2_000, hiddenMs: 30_000 });

async function loadList() {
  const paths = ['/conversations?include=contact&limit=50', '/handovers?limit=100'];
  const [conversations, waiting] = await Promise.all(paths.map((path) => ask(path)));
  return () => showList(conversations.items, waiting);
}

/** Of those who wait the next comes first, of the others the latest. */
function showList(all, { items, next }) {
  const waiting = items.map((one) => ({
    id: one.conversationId,
    name: one.contactName ?? nameOf({ id: one.conversationId }),
    time: waited(one.waitingSince),
    state: one.priority > 0 ? `Priority ${one.priority} · ${one.reason}` : one.reason,
    labels: one.labels,
    handler: 'queued',
  }));
  const others = all
    .filter(({ handler }) => handler !== 'queued')
    .map((one) => ({ ...one, name: nameOf(one), time: timeOf(one.lastActivityAt), state: stateOf(one) }));
  const [closed, progress] = [true, false].map((is) => others.filter(({ handler }) => (handler === 'closed') === is));
  for (const [id, shown] of Object.entries({ waiting, progress, closed })) fill(byId(id), shown);
  const count = `${waiting.length}${next ? '+' : ''}`;
  write(byId('badge'), waiting.length > 0 ? `${count} waiting` : '');
  document.title = `${waiting.length > 0 ? `(${count}) ` : ''}Frontdesk ${slug}`;
}

/** Puts the rows into the list without taking the focus from one that moves. */
function fill(list, conversations) {
  const wanted = conversations.map(rowOf);
  if (wanted.length === list.children.length && wanted.every((row, index) => row === list.children[index])) return;
  const focused = document.activeElement;
  list.replaceChildren(...wanted);
  if (list.contains(focused)) focused.focus({ preventScroll: true });
}

function rowOf({ id, name, time, state, labels, handler }) {
  const parts = () => [make('b'), make('span', 'quiet'), make('span'), make('span', 'labels')];
  const row = rows.get(id) ?? make('li', '', make('a', 'row', ...parts()));
  rows.set(id, row);
  const link = row.firstChild;
  for (const [index, text] of [name, time, state].entries()) write(link.children[index], text);
  link.children[1].className = `quiet is-${handler}`;
  link.children[2].className = 'quiet';
  writeLabels(link.children[3], labels);
  link.href = `#${id}`;
  link.ariaCurrent = id === openId ? 'true' : null;
  return row;
}

/** Takes whoever is next and opens that conversation. */
async function takeNext() {
  const button = byId('next');
  if (button.ariaBusy) return;
  button.ariaBusy = 'true';
  const answer = await ask('/handovers/claim', {}).catch((error) => ({ problem: error.message }));
  button.ariaBusy = null;
  const { handover, problem } = answer;
  if (handover) location.hash = handover.conversationId;
  await Promise.all([refreshList(), refreshTalk()]);
  const others = byId('waiting').children.length > 0;
  const nobody = others ? 'Those who wait are being seen to, or were given back by you.' : 'Nobody waits.';
  byId('next-status').textContent = problem ?? (handover ? '' : nobody);
}

/** The address names the open conversation. */
function open() {
  const before = rows.get(openId)?.firstChild;
  openId = location.hash.slice(1);
  openTalk(openId);
  byId('talk').hidden = !openId;
  byId('nothing').hidden = Boolean(openId);
  (openId ? byId('name') : before)?.focus();
  void refreshList();
}

byId('next').addEventListener('click', () => void takeNext());
addEventListener('acted', () => void refreshList());
byId('shop').textContent = slug;
byId('log-in').href = `/login?next=${encodeURIComponent(`/desk/${slug}`)}`;
await refreshPeople();
addEventListener('hashchange', open);
open();
