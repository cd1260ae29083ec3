import { Router } from '@koa/router';
import { expiryOf, readManagerToken } from '../../auth/manager-token.ts';
import type { Deps } from '../../deps.ts';
import { notFound } from '../../errors.ts';
import { findTenantBySlug } from '../../tenancy/as-system.ts';
import { deskCookie, linkNeeded } from '../authenticate.ts';
import { sendPage } from '../page.ts';

const SCRIPTS = [
  'chat',
  'chat-files',
  'desk',
  'desk-files',
  'desk-page',
  'desk-people',
  'desk-talk',
  'docs',
  'join',
  'login',
];
const ASSETS = new Set([...SCRIPTS.map((name) => `${name}.js`), 'style.css']);

/** The small manager view, and the files that it and the chat page are made of. */
export function deskRoutes({ keys, orm, publicUrl }: Pick<Deps, 'keys' | 'orm' | 'publicUrl'>) {
  const router = new Router();

  // The link carries the token once; the cookie it becomes is out of reach for scripts and other sites.
  router.get('/desk/:slug/login', async (ctx) => {
    const token = typeof ctx.query['token'] === 'string' ? ctx.query['token'] : '';
    const manager = await readManagerToken(keys, token);
    const slug = ctx.params['slug'] ?? '';
    const tenant = await findTenantBySlug(orm, slug);
    if (!manager || manager.tenantId !== tenant?.id || !tenant) throw linkNeeded(slug);
    // Whoever ends TLS in front of us, the address that people use decides.
    ctx.cookies.secure = publicUrl.startsWith('https:');
    ctx.cookies.set(deskCookie(tenant.slug), token, {
      httpOnly: true,
      sameSite: 'strict',
      secure: publicUrl.startsWith('https:'),
      expires: expiryOf(token),
      overwrite: true,
    });
    ctx.redirect(`/desk/${slug}`);
  });

  router.get('/desk/:slug', (ctx) => sendPage(ctx, 'desk.html'));

  // Whoever opens the bare address is told where to go; the links themselves are not for everybody.
  router.get('/', (ctx) => {
    ctx.type = 'text/plain';
    ctx.body =
      'Frontdesk is running.\n\nPeople log in on /login. Links to chat and desk are printed where it was started.\n' +
      'A link to a desk: npm run frontdesk -- desk <tenant> --email <email>\n';
  });
  router.get('/favicon.ico', (ctx) => {
    ctx.status = 204;
  });

  router.get('/assets/:file', async (ctx) => {
    const file = ctx.params['file'] ?? '';
    if (!ASSETS.has(file)) throw notFound('there is no such file');
    await sendPage(ctx, file);
  });

  return router;
}
