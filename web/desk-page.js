/** What all parts of the desk do: ask the server, ask again, and write words into the page. */

export const slug = location.pathname.split('/')[2];
export const byId = (id) => document.getElementById(id);

/** Asks the API; with a body, an object or a file, it is a POST unless said otherwise. Throws words that say what to do. */
export async function ask(path, body, method = body ? 'POST' : 'GET') {
  const response = await send(path, body, method);
  return response.json().catch(() => null);
}

/** A file that the API gives, and its name. Throws as `ask` does. */
export async function askForFile(path) {
  const response = await send(path, undefined, 'GET');
  const [, name = 'file'] = /filename="([^"]+)"/.exec(response.headers.get('content-disposition')) ?? [];
  return { blob: await response.blob(), name };
}

async function send(path, body, method) {
  const isFile = body instanceof Blob;
  const init = {
    method,
    headers: { 'x-frontdesk-tenant': slug, 'content-type': isFile ? 'application/octet-stream' : 'application/json' },
    body: isFile ? body : body && JSON.stringify(body),
    signal: AbortSignal.timeout(isFile ? 120_000 : 15_000),
  };
  const response = await fetch(`/api/v1${path}`, init).catch(() => {
    const next = method === 'POST' ? 'Look whether it was done before you try again.' : 'Trying again.';
    throw new Error(`Frontdesk cannot be reached. ${next} What you typed is kept.`);
  });
  if (response.ok) return response;
  const answer = await response.json().catch(() => null);
  if (response.status === 401) {
    byId('log-in').hidden = false;
    const command = `npm run frontdesk -- desk ${slug} --email <email>`;
    throw new Error(`You are not logged in here. Log in, or ask whoever runs Frontdesk for a new link: ${command}`);
  }
  throw new Error(`That did not work: ${answer?.detail ?? `the server answered ${response.status}`}.`);
}

/**
 * Gives a function that loads and shows now, and then again and again. What a later load has overtaken is dropped.
 * `pace` is read each time; `hiddenMs` 0: not while another tab is in front.
 */
export function repeat(status, load, pace) {
  let timer = 0;
  let newest = 0;
  const run = async () => {
    const turn = (newest += 1);
    let trouble = '';
    const show = await load().catch((error) => void (trouble = error.message));
    if (turn !== newest) return;
    show?.();
    write(status, trouble);
    const { everyMs, hiddenMs, troubleMs = everyMs * 3 } = pace;
    const wait = document.hidden ? hiddenMs : trouble ? troubleMs : everyMs;
    clearTimeout(timer);
    if (wait) timer = setTimeout(run, wait);
  };
  document.addEventListener('visibilitychange', () => void (document.hidden || run()));
  return run;
}

/** An element; what is put into it as words stays words. */
export function make(tag, className = '', ...children) {
  const element = Object.assign(document.createElement(tag), { className, dir: 'auto' });
  element.append(...children);
  return element;
}

/** Changes only what differs, so that nothing is announced or unselected in vain. */
export function write(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** Each word in a frame of its own. */
export function writeLabels(node, labels) {
  const shown = [...node.children].map(({ textContent }) => textContent);
  if (shown.join('\n') !== labels.join('\n')) node.replaceChildren(...labels.map((one) => make('span', 'label', one)));
}

export function timeOf(at) {
  const day = new Date(at).toDateString() === new Date().toDateString() ? undefined : 'numeric';
  return new Date(at).toLocaleString([], { day, month: day && 'short', hour: 'numeric', minute: '2-digit' });
}

/** How long it is since then, in the largest whole unit. */
export function waited(since) {
  const minutes = Math.max(0, Math.floor((Date.now() - Date.parse(since)) / 60_000));
  if (minutes < 60) return `${minutes} min`;
  return minutes < 48 * 60 ? `${Math.floor(minutes / 60)} h` : `${Math.floor(minutes / 1440)} days`;
}
