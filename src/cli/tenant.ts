import { Argument, type Command, Option } from 'commander';
import { z } from 'zod';
import { audit, byOperator } from '../audit.ts';
import type { Deps } from '../deps.ts';
import { features as allFeatures, type Feature, type Tenant } from '../entities/tenant.ts';
import { SLUG } from '../tenancy/as-system.ts';
import { limitNames, readLimits, type Limit } from '../tenancy/limits.ts';
import { listTenants, type ListedTenant } from '../tenancy/list-tenants.ts';
import { createTenant } from '../tenancy/provision.ts';
import { changeTenant, lockTenant, moves, moveTenant, type TenantPatch } from '../tenancy/tenants.ts';
import { withTenant } from '../tenancy/with-tenant.ts';
import { reader, run, tenantId } from './run.ts';

const PAGE = 200;
const featureList = reader(
  z
    .string()
    .transform((given) => given.split(','))
    .pipe(z.array(z.enum(allFeatures))),
  `features with commas between them: ${allFeatures.join(', ')}`,
);

/** Adds what whoever runs the service does with tenants. */
export function addTenantCommands(program: Command): void {
  const tenant = program.command('tenant').description('make, list, suspend, delete tenants; set features and limits');
  tenant
    .command('create <slug>', { isDefault: true })
    .description('make a tenant; the word "create" may be left out')
    .requiredOption('--name <name>')
    .option('--language <code>', 'ISO 639-1', 'en')
    .addOption(new Option('--handover <mode>').choices(['ask', 'immediate']).default('ask'))
    .action(create);
  tenant
    .command('list')
    .description('tenants by name')
    .addOption(new Option('--status <status>').choices(['active', 'suspended', 'deleted']))
    .option('--name <beginning>', 'how the name begins', '')
    .action(list);
  for (const which of moves) {
    tenant
      .command(`${which} <slug>`)
      .description(DOES[which])
      .action((slug: string) => run((deps) => move(deps, slug, which)));
  }
  tenant
    .command('features <slug>')
    .description('show the features, or switch some on or off')
    .option('--on <features>', 'with commas between them', featureList, [])
    .option('--off <features>', 'with commas between them', featureList, [])
    .action((slug: string, { on, off }: { on: Feature[]; off: Feature[] }) =>
      run((deps) => setFeatures(deps, slug, on, off)),
    );
  tenant
    .command('limits <slug>')
    .description('show the limits, or set some: max_faqs=500, max_faqs=default')
    .addArgument(
      new Argument('[limits...]').argParser((word: string, before: [Limit, number | null][] | undefined) => [
        ...(before ?? []),
        limit(word),
      ]),
    )
    .action((slug: string, limits: [Limit, number | null][] = []) => run((deps) => setLimits(deps, slug, limits)));
}

const DOES = {
  suspend: 'the API only reads, webhooks are refused, automation waits',
  activate: 'end a suspension',
  delete: 'as if it were not there; everything is kept',
  restore: 'undo a deletion',
};

function create(
  slug: string,
  options: { name: string; language: string; handover: 'ask' | 'immediate' },
): Promise<void> {
  return run(async ({ orm }) => {
    if (!SLUG.test(slug)) throw new Error(`'${slug}' cannot be a tenant: use a-z, 0-9, _ and -, at most 63 of them`);
    const { name, language, handover: handoverMode } = options;
    await createTenant(orm, { slug, name, language, handoverMode }, (em, made) =>
      audit(em, byOperator(made), 'tenant.create', made, { slug }),
    );
    console.log(`made tenant ${slug}`);
  });
}

function list({
  status = null,
  name: beginning,
}: {
  status?: ListedTenant['status'] | null;
  name: string;
}): Promise<void> {
  return run(async ({ orm }) => {
    let after: [string, string] | null = null;
    for (;;) {
      const page: ListedTenant[] = await listTenants(orm, { after, status, beginning, most: PAGE });
      for (const one of page) console.log(`${one.slug}\t${one.status}\t${one.name}`);
      const last = page.at(-1);
      if (!last || page.length < PAGE) return;
      after = [last.sortName, last.id];
    }
  });
}

async function move({ orm }: Deps, slug: string, which: (typeof moves)[number]): Promise<void> {
  const id = await tenantId({ orm }, slug);
  const { status } = await withTenant(orm, id, async (em) => {
    const { tenant, hasChanged } = await moveTenant(em, id, which, new Date());
    if (hasChanged) await audit(em, byOperator(id), `tenant.${which}`, id);
    return tenant;
  });
  console.log(`${slug} is ${status}`);
}

async function setFeatures(deps: Deps, slug: string, on: Feature[], off: Feature[]): Promise<void> {
  const features = (before: readonly Feature[]) =>
    allFeatures.filter((one) => !off.includes(one) && (on.includes(one) || before.includes(one)));
  const { features: now } = await change(deps, slug, (before) => ({ features: features(before.features) }));
  console.log(now.length > 0 ? now.join('\n') : 'none');
}

async function setLimits(deps: Deps, slug: string, limits: [Limit, number | null][]): Promise<void> {
  const { limits: now } = await change(deps, slug, () => ({ limits: Object.fromEntries(limits) }));
  for (const [name, value] of Object.entries(readLimits(now))) {
    console.log(`${name}=${value}${name in now ? '' : '\tdefault'}`);
  }
}

/** As `PATCH /tenants/{id}` does it. */
async function change({ orm }: Deps, slug: string, patchOf: (tenant: Tenant) => TenantPatch): Promise<Tenant> {
  const id = await tenantId({ orm }, slug);
  return withTenant(orm, id, async (em) => {
    const tenant = await lockTenant(em, id);
    const changed = changeTenant(tenant, patchOf(tenant));
    await em.flush();
    const { features, limits } = tenant;
    if (changed.length > 0) await audit(em, byOperator(id), 'tenant.change', id, { changed, features, limits });
    return tenant;
  });
}

const limit = reader(
  z
    .string()
    .transform((word): unknown => word.split('='))
    .pipe(
      z.tuple([
        z.enum(limitNames),
        z.union([z.literal('default').transform(() => null), z.coerce.number().int().min(0).max(100_000_000)]),
      ]),
    ),
  `one of ${limitNames.join(', ')} with a number or "default", as in max_faqs=500`,
);
