/** Files of messages, offered to be saved; and those that go with the next reply. */

import { ask, askForFile, byId, make, write } from './desk-page.js';

const MOST = 10;
const input = byId('files');
/** Chosen for the open conversation, and not sent yet. */
let chosen = [];

/** What is shown of a message's attachments: a button for what can be saved, a link, or words. */
export const shownFiles = (message, conversationId) =>
  message.attachments.map((attachment, index) => {
    const { id, providerId, url, type, fileName, label } = attachment;
    const name = fileName ?? label ?? '';
    const path = id
      ? `/attachments/${id}`
      : `/conversations/${conversationId}/messages/${message.id}/attachments/${index}`;
    if (id || providerId) return saveButton(path, `[${type}] ${name}`.trim(), fileName);
    if (!url) return make('span', '', `[${type}] ${name}`);
    return Object.assign(make('a', 'file', `[${type}] ${name}`), {
      href: url,
      target: '_blank',
      rel: 'noopener noreferrer',
    });
  });

function saveButton(path, words, fileName) {
  const button = Object.assign(make('button', 'file', words), { type: 'button' });
  button.addEventListener('click', async () => {
    button.disabled = true;
    write(byId('problem'), '');
    await save(path, fileName).catch(({ message }) => write(byId('problem'), message));
    button.disabled = false;
  });
  return button;
}

async function save(path, fileName) {
  const file = await askForFile(path);
  const href = URL.createObjectURL(file.blob);
  Object.assign(document.createElement('a'), { href, download: fileName ?? file.name }).click();
  URL.revokeObjectURL(href);
}

/** Forgets what was chosen. */
export function dropFiles() {
  chosen = [];
  showChosen();
}

export const hasFiles = () => chosen.length > 0;

/** Uploads what was chosen. Gives ids in the order of choice; a file that went up is not sent up again. */
export async function uploadFiles() {
  for (const one of chosen) {
    const path = `/attachments?fileName=${encodeURIComponent(one.file.name)}`;
    one.id ??= (await ask(path, one.file)).id;
  }
  return chosen.map(({ id }) => id);
}

function showChosen() {
  const buttons = chosen.map((one) => {
    const button = Object.assign(make('button', 'file', `${one.file.name} ✕`), { type: 'button' });
    button.setAttribute('aria-label', `Do not send ${one.file.name}`);
    button.addEventListener('click', () => {
      chosen = chosen.filter((other) => other !== one);
      showChosen();
      input.focus();
    });
    return button;
  });
  byId('chosen').replaceChildren(...buttons);
}

input.addEventListener('change', () => {
  const files = [...input.files].map((file) => ({ file }));
  write(byId('problem'), chosen.length + files.length > MOST ? `A message has at most ${MOST} files.` : '');
  chosen = [...chosen, ...files].slice(0, MOST);
  input.value = '';
  showChosen();
});
