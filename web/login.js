/** Logging in, and then the list of where one works. */

const byId = (id) => document.getElementById(id);
const VIEWS = ['log-in', 'second', 'reset', 'inside'];
const [, resetToken] = /^#reset=(.+)$/.exec(location.hash) ?? [];
/** Only a page of ours. */
const [, next] = /[?&]next=(%2Fdesk%2F[\w-]+)(?:&|$)/i.exec(location.search) ?? [];

async function ask(path, body) {
  const init = {
    method: body ? 'POST' : 'GET',
    headers: body ? { 'content-type': 'application/json' } : {},
    body: body && JSON.stringify(body),
    signal: AbortSignal.timeout(30_000),
  };
  const response = await fetch(path, init).catch(() => {
    throw new Error('Frontdesk cannot be reached. Try again.');
  });
  const answer = await response.json().catch(() => null);
  if (response.ok) return answer;
  throw Object.assign(new Error(sentence(answer?.detail ?? `the server answered ${response.status}`)), {
    status: response.status,
  });
}

const sentence = (text) => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;

/** One view at a time, with the focus where the person goes on. */
function show(view, said = '') {
  for (const id of VIEWS) byId(id).hidden = id !== view;
  byId('said').textContent = said;
  byId('problem').textContent = '';
  byId(view).querySelector('input')?.focus();
}

/** Does what a form or button is for, once at a time, and says what went wrong. */
function on(id, event, act) {
  const element = byId(id);
  let isBusy = false;
  element.addEventListener(event, (happened) => {
    happened.preventDefault();
    if (isBusy) return;
    isBusy = true;
    for (const note of ['said', 'problem']) byId(note).textContent = '';
    act(element, happened)
      .catch((error) => (byId('problem').textContent = error.message))
      .finally(() => (isBusy = false));
  });
}

const fieldsOf = (form) => Object.fromEntries(new FormData(form));

async function enter() {
  const { tenants } = await ask('/api/v1/me');
  if (next) return location.replace(decodeURIComponent(next));
  byId('tenants').replaceChildren(
    ...tenants.map(({ slug, name, role }) => {
      const link = Object.assign(document.createElement('a'), { className: 'row', href: `/desk/${slug}`, dir: 'auto' });
      const what = Object.assign(document.createElement('span'), { className: 'quiet', textContent: role });
      link.append(Object.assign(document.createElement('b'), { textContent: name }), what);
      const item = document.createElement('li');
      item.append(link);
      return item;
    }),
  );
  show('inside');
}

on('log-in', 'submit', async (form) => {
  const { twoFactorRedirect } = await ask('/api/auth/sign-in/email', fieldsOf(form));
  byId('password').value = '';
  if (twoFactorRedirect) show('second');
  else await enter();
});

on('second', 'submit', async (form) => {
  const { code } = fieldsOf(form);
  const way = /^\d{6}$/.test(code.trim()) ? 'verify-totp' : 'verify-backup-code';
  form.reset();
  await ask(`/api/auth/two-factor/${way}`, { code: code.trim() });
  await enter();
});

on('again', 'click', async () => show('log-in'));

on('forgot', 'click', async () => {
  const email = byId('email').value.trim();
  if (!byId('email').reportValidity()) return;
  await ask('/api/auth/request-password-reset', { email });
  show(
    'log-in',
    'If somebody has this address, a mail with a link is on its way. No mail? Ask whoever runs Frontdesk.',
  );
});

on('reset', 'submit', async (form) => {
  await ask('/api/auth/reset-password', { token: resetToken, ...fieldsOf(form) });
  history.replaceState(null, '', '/login');
  show('log-in', 'Your new password is set. Log in with it.');
});

on('single-sign-on', 'click', async () => {
  location.href = (await ask('/api/auth/sign-in/social', {})).url;
});

on('log-out', 'click', async () => {
  await ask('/api/auth/sign-out', {});
  show('log-in', 'You are logged out.');
});

on('log-out-everywhere', 'click', async () => {
  await ask('/api/auth/revoke-sessions', {});
  show('log-in', 'You are logged out, here and wherever else you were logged in.');
});

on('factor', 'submit', async (form, { submitter }) => {
  const answer = await ask(`/api/auth/two-factor/${submitter.value}`, fieldsOf(form));
  form.reset();
  byId('confirm').hidden = !answer.totpURI;
  if (!answer.totpURI) return void (byId('said').textContent = 'From now on the password is enough.');
  Object.assign(byId('uri'), { href: answer.totpURI, textContent: new URL(answer.totpURI).searchParams.get('secret') });
  byId('backup-codes').textContent = answer.backupCodes.join('\n');
  byId('first-code').focus();
});

on('confirm', 'submit', async (form) => {
  await ask('/api/auth/two-factor/verify-totp', { code: fieldsOf(form).code.trim() });
  form.reset();
  form.hidden = true;
  byId('said').textContent = 'From now on you are asked for a code as well.';
});

const { singleSignOn, canResetByMail } = await ask('/api/v1/ways-to-log-in').catch(() => ({ canResetByMail: true }));
byId('single-sign-on').hidden = !singleSignOn;
byId('single-sign-on').textContent = `Log in with ${singleSignOn}`;
byId('forgot').hidden = !canResetByMail;
if (resetToken) show('reset');
else {
  await enter().catch(() => show('log-in'));
  if (new URLSearchParams(location.search).has('error')) {
    byId('problem').textContent =
      'That did not work: the provider’s account belongs to nobody here. Ask to be invited.';
  }
}
