/** What a link is for, and accepting it. Its token is behind the #, which no server and no log gets to see. */

const byId = (id) => document.getElementById(id);
const token = location.hash.slice(1);
const path = `/api/v1/invitations/${encodeURIComponent(token)}`;
let email = null;

async function ask(url, body) {
  const init = body && {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  };
  const response = await fetch(url, init).catch(() => {
    throw new Error('Frontdesk cannot be reached. Try again.');
  });
  const answer = await response.json().catch(() => null);
  if (response.ok) return answer;
  const detail = answer?.detail ?? `the server answered ${response.status}`;
  throw new Error(`${detail.charAt(0).toUpperCase()}${detail.slice(1)}.`);
}

function show({ tenant, role, needs, ...person }) {
  email = person.email;
  const as = email ? ` as ${email}` : '';
  byId('what').textContent = tenant
    ? `You are invited to ${tenant.name}, to be its ${role}${as}.`
    : needs === 'address'
      ? 'Nobody can log in here yet. Whoever does this becomes the first system admin.'
      : `Set a password${as}.`;
  byId('address').hidden = needs !== 'address';
  byId('person').hidden = needs === 'log-in';
  byId('elsewhere').hidden = needs !== 'log-in';
  byId('email').required = needs === 'address';
  for (const id of ['name', 'password']) byId(id).required = needs !== 'log-in';
  byId('name').value = person.name ?? '';
  byId('join').hidden = false;
  byId('join').querySelector('input:not([hidden] *)')?.focus();
}

async function accept() {
  const given = Object.fromEntries([...new FormData(byId('join'))].filter(([, value]) => value !== ''));
  const { tenantSlug } = await ask(`${path}/accept`, given);
  if (given.password) {
    // Somebody with a second factor is asked for it on the next page.
    const who = { email: given.email ?? email, password: given.password };
    await ask('/api/auth/sign-in/email', who).catch(() => undefined);
  }
  location.replace(tenantSlug ? `/desk/${tenantSlug}` : '/login');
}

byId('join').addEventListener('submit', (event) => {
  event.preventDefault();
  const [button] = byId('join').getElementsByTagName('button');
  button.disabled = true;
  byId('problem').textContent = '';
  accept()
    .catch((error) => (byId('problem').textContent = error.message))
    .finally(() => (button.disabled = false));
});

await ask(path).then(show, (error) => {
  byId('what').textContent = '';
  byId('problem').textContent = error.message;
});
