/** Who uses the desk, who else answers, and whether the one who uses it is here. */

import { ask, byId, repeat, slug, write } from './desk-page.js';

export const who = { me: null, mayWork: false, names: new Map() };

/** The last sign that this browser gave. Only a later one can be somebody's who has switched it off elsewhere. */
const signKey = `frontdesk.desk.${slug}.sign`;
let graceSeconds = 120;
/** Whether the switch was on when it was last known; and what it was set to that the server does not know yet. */
let isHere = false;
let wanted = null;
let signs = Promise.resolve();

export const refreshPeople = repeat(byId('list-status'), loadPeople, { everyMs: 30_000, hiddenMs: 60_000 });

// A desk speaks as often while another tab is in front. One that is not heard asks again in time.
const presence = {
  get everyMs() {
    return Math.min(30_000, graceSeconds * 250);
  },
  get hiddenMs() {
    return this.everyMs;
  },
  get troubleMs() {
    return Math.min(2_000, this.everyMs);
  },
};
const refreshPresence = repeat(byId('here-status'), loadPresence, presence);

async function loadPeople() {
  const paths = ['/me', '/me/permissions', '/presence?limit=200'];
  const [{ userId }, { permissions }, { items }] = await Promise.all(paths.map((path) => ask(path)));
  return () => {
    const couldWork = who.mayWork;
    Object.assign(who, { me: userId, mayWork: permissions.includes('handovers:work') });
    who.names = new Map(items.map((one) => [one.userId, one.name]));
    document.body.classList.toggle('only-reads', !who.mayWork);
    if (who.mayWork && !couldWork) void refreshPresence();
  };
}

/** One sign after the other, so that the last one said is the last one heard. */
async function loadPresence() {
  if (!who.mayWork) return null;
  signs = signs.then(sign, sign);
  const now = await signs;
  return () => showPresence(now);
}

async function sign() {
  const isOnline = wanted;
  const now = isOnline === null ? await ask('/me/presence/heartbeat', {}) : await say(isOnline);
  if (wanted === isOnline) wanted = null;
  // The page was not heard for too long, as after a sleep: whoever looks at it again is here again.
  const isForgotten = isOnline === null && isHere && !now.isOnline && now.seenAt === localStorage[signKey];
  return isForgotten && !document.hidden ? say(true) : { ...now, isForgotten };
}

const say = (isOnline) => ask('/me/presence', { isOnline }, 'PUT');

function showPresence({ isOnline, seenAt, graceSeconds: grace, isForgotten = false }) {
  graceSeconds = grace;
  isHere = isOnline || isForgotten;
  if (isOnline) localStorage[signKey] = seenAt;
  if (wanted === null) byId('here').checked = isOnline;
  byId('here').disabled = false;
  write(byId('here-note'), isOnline ? '' : 'You are away.');
}

byId('here').addEventListener('change', () => {
  wanted = byId('here').checked;
  void refreshPresence();
});
