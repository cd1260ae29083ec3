import { Argument, Command, Option } from 'commander';
import { z } from 'zod';
import { issueManagerToken } from './auth/manager-token.ts';
import { agentKind } from './agents/registry.ts';
import { channelAdapter, channelKinds } from './channels/registry.ts';
import { addFaqCommands } from './cli/faq.ts';
import { addKeyCommands } from './cli/key.ts';
import { reader, run, tenantId } from './cli/run.ts';
import { addTenantCommands } from './cli/tenant.ts';
import { manageUser, type UserOptions } from './cli/user.ts';
import { webhookUrl } from './connecting/channel-row.ts';
import { connectChannel } from './connecting/connect-channel.ts';
import type { Deps } from './deps.ts';
import { Channel } from './entities/channel.ts';
import { memberRoles } from './entities/membership.ts';
import { notifierKind } from './handover/notifiers/registry.ts';
import type { Replay } from './inbox/replay.ts';
import { addAgent, addManager, addTarget } from './tenancy/provision.ts';
import { withTenant } from './tenancy/with-tenant.ts';

/** `npm run frontdesk -- <command>`: what a person who runs Frontdesk needs before there is a dashboard. */
const program = new Command('frontdesk')
  .description('Manage tenants, channels, agents and managers.')
  .showHelpAfterError('(--help behind the command shows how it is used)');
const hours = reader(z.coerce.number().positive().max(87_600), 'hours: a number above 0');
const email = reader(z.email(), 'an e-mail address');
const uuid = reader(z.uuid(), 'an id as the list of failures shows it');
const channelWord = reader(z.uuid(), 'an id as "frontdesk channel" prints it');
const set = ['--set <key=value...>', 'settings of this kind, e.g. --set botToken=123:abc'] as const;

addTenantCommands(program);
addKeyCommands(program);

program
  .command('channel <tenant> <kind>')
  .description('connect a channel: telegram, whatsapp, webchat, webhook or n8n')
  .option('--name <name>')
  .option(...set)
  .option('--register', 'tell the platform our address now')
  .action(async (slug: string, kind: string, options: { name?: string; set?: string[]; register?: boolean }) => {
    await run(async (deps) => {
      const adapter = channelAdapter(kind);
      if (!adapter) throw new Error(`there is no channel kind '${kind}'; use one of: ${channelKinds.join(', ')}`);
      const owner = await tenantId(deps, slug);
      const config = readSettings(adapter.config, pairs(options.set));
      const register = options.register ?? false;
      const channel = { kind, name: options.name ?? kind, config, register };
      const { key, channelId } = await connectChannel(deps, owner, channel, null);
      console.log(`channel ${channelId}\nwebhook ${webhookUrl(deps.publicUrl, kind, key)}`);
      if (register && adapter.register) console.log('the platform posts there from now on');
    });
  });

program
  .command('agent <tenant> <kind>')
  .description('let an agent answer what no FAQ does, e.g. an n8n workflow')
  .option('--name <name>')
  .option('--channel <id>', 'the n8n channel through which late answers come back', channelWord)
  .option(...set)
  .action(async (slug: string, kind: string, options: { name?: string; channel?: string; set?: string[] }) => {
    await run(async (deps) => {
      const settings = readSettings(agentKind(kind).settings, pairs(options.set));
      const owner = await tenantId(deps, slug);
      await expectChannel(deps, owner, slug, options.channel);
      const agent = { name: options.name ?? kind, kind, settings, channelId: options.channel ?? null };
      console.log(`agent ${await addAgent(deps.orm, deps.keys, owner, agent)}`);
    });
  });

program
  .command('notify <tenant> <kind>')
  .description('tell managers of handovers by email, slack, telegram or webhook')
  .option('--name <name>')
  .option(
    '--reply-channel <id>',
    'telegram: the channel of the same bot, so that managers can answer in their chat',
    channelWord,
  )
  .option(...set)
  .action(async (slug: string, kind: string, options: { name?: string; replyChannel?: string; set?: string[] }) => {
    await run(async (deps) => {
      const given = pairs(options.set);
      const config = readSettings(notifierKind(kind).config, given);
      const owner = await tenantId(deps, slug);
      await expectChannel(deps, owner, slug, options.replyChannel);
      const replyThread = options.replyChannel ? `${options.replyChannel}/${String(given['chatId'])}` : undefined;
      const target = { kind, name: options.name ?? kind, config, ...(replyThread ? { replyThread } : {}) };
      console.log(`target ${await addTarget(deps.orm, deps.keys, owner, target)}`);
    });
  });

program
  .command('desk <tenant>')
  .description('print a link to the manager view')
  .requiredOption('--email <email>', '', email)
  .option('--name <name>', 'of the manager', 'Manager')
  .option('--hours <n>', 'how long the link is good', hours, 12)
  .action(async (slug: string, options: { email: string; name: string; hours: number }) => {
    await run(async (deps) => {
      const id = await tenantId(deps, slug);
      const userId = await addManager(deps.orm, id, { email: options.email, name: options.name });
      const token = await issueManagerToken(deps.keys, { tenantId: id, userId }, options.hours);
      console.log(`${deps.publicUrl}/desk/${slug}/login?token=${token}`);
    });
  });

program
  .command('user')
  .description('make a person, and print a link with which that person sets a password')
  .argument('<email>', '', email)
  .option('--name <name>')
  .option('--tenant <slug>', 'invite the person to this tenant')
  .addOption(new Option('--role <role>', 'in the tenant').choices(memberRoles).default('manager'))
  .option('--system-admin', 'let the person see to all tenants')
  .option('--disable', 'shut the person out, and end all sessions')
  .option('--enable', 'let the person in again')
  .option('--without-two-factor', 'forget the second factor of somebody who has lost it')
  .action(async (address: string, options: UserOptions) => {
    await run(async (deps, { ownerUrl }) => console.log(await manageUser(deps, ownerUrl, address, options)));
  });

program
  .command('replay <tenant>')
  .description('handle a failed event, send a failed message or tell a manager again')
  .addArgument(new Argument('<box>', 'where it failed').choices(['inbound', 'outbound', 'notification']))
  .argument('<id>', 'of the event, message or notification', uuid)
  .action(async (slug: string, box: keyof Replay, id: string) => {
    await run(async (deps) => {
      const done = await deps.replay[box](await tenantId(deps, slug), id);
      console.log(done ? 'on its way' : 'it is not failed, nothing to do');
    });
  });

addFaqCommands(program, (slug, work) => run(async (deps) => work(deps, await tenantId(deps, slug))));

await program.parseAsync();

async function expectChannel({ orm }: Deps, owner: string, slug: string, id: string | undefined): Promise<void> {
  if (id === undefined) return;
  const count = await withTenant(orm, owner, (em) => em.count(Channel, { tenantId: owner, id }));
  if (count === 0) throw new Error(`there is no channel ${id}; connect one with: frontdesk channel ${slug} <kind>`);
}

/** One `--set` of a list is a list of one. */
function readSettings<T>(schema: z.ZodType<T>, given: Record<string, unknown>): T {
  const first = schema.safeParse(given);
  if (first.success) return first.data;
  const lists = first.error.issues.filter((issue) => issue.code === 'invalid_type' && issue.expected === 'array');
  const listed = { ...given };
  for (const key of lists.map((issue) => String(issue.path[0]))) if (key in given) listed[key] = [given[key]];
  return schema.parse(listed);
}

/** `a.b=1` becomes `{ a: { b: '1' } }`; a repeated key becomes a list. */
function pairs(given: string[] = []): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const pair of given) {
    const equals = pair.indexOf('=');
    if (equals < 1) throw new Error(`--set takes key=value, not '${pair}'`);
    const path = pair.slice(0, equals).split('.');
    put(result, path, pair.slice(equals + 1));
  }
  return result;
}

function put(into: Record<string, unknown>, [key = '', ...rest]: string[], value: string): void {
  if (rest.length > 0) {
    const inner: Record<string, unknown> = {};
    const known = into[key];
    if (typeof known === 'object' && known !== null) Object.assign(inner, known);
    put(inner, rest, value);
    into[key] = inner;
    return;
  }
  const before = into[key];
  into[key] = before === undefined ? value : [before, value].flat();
}
