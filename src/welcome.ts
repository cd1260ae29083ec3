import { findFirstAdmin } from './auth/accounts.ts';
import { issueJoinLink, joinUrl } from './auth/join-link.ts';
import { issueManagerToken } from './auth/manager-token.ts';
import type { Deps } from './deps.ts';
import { userIdFor, findTenantBySlug } from './tenancy/as-system.ts';
import { demoChatKey, demoManager, demoTenants } from './tenancy/demo.ts';
import { newId } from './id.ts';

const LINK_HOURS = 12;

/** Says where to go, in words for a person at a terminal. */
export async function welcome(deps: Deps): Promise<void> {
  const { config, publicUrl, orm, keys } = deps;
  if (config.role === 'worker') {
    console.log('Frontdesk worker is running.');
    return;
  }
  const lines = [`Frontdesk is running on ${publicUrl}`];
  if (config.demo) {
    const userId = await userIdFor(orm, { id: newId(), ...demoManager });
    for (const { slug, name } of demoTenants) {
      const tenant = await findTenantBySlug(orm, slug);
      if (!tenant) continue;
      const token = await issueManagerToken(keys, { tenantId: tenant.id, userId }, LINK_HOURS);
      lines.push(
        '',
        `  ${name} (${slug})`,
        `    write as a customer   ${publicUrl}/chat/${demoChatKey(slug)}`,
        `    answer as a manager   ${publicUrl}/desk/${slug}/login?token=${token}`,
      );
    }
    lines.push('', '  Ask "What are your opening hours?", then something it cannot know, and say yes to a person.');
  }
  lines.push(...(await firstAdmin(deps)));
  console.log(lines.join('\n'));
}

/** As long as nobody has a password, whoever reads this may become the first system admin. */
async function firstAdmin({ logInPool, keys, publicUrl }: Deps): Promise<string[]> {
  const userId = await findFirstAdmin(logInPool);
  if (!userId) return ['', `  People log in on ${publicUrl}/login`];
  const token = await issueJoinLink(keys, { userId, tenantId: null, by: 'first', mark: '' });
  return ['', '  Nobody can log in yet. Become the first system admin here, once:', `    ${joinUrl(publicUrl, token)}`];
}
