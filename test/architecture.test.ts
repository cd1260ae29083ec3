import { describe, expect, it } from 'vitest';
import { files, importsOf, read, type Import } from './support/imports.ts';

/**
 * Which rooms a room may import. A room is a folder of src, or a file directly in src. Rooms listed under `leaves`
 * do no I/O of their own and know nothing of the house; everybody may use them.
 */
const leaves = [
  'errors',
  'id',
  'batch',
  'rests',
  'fair-batches',
  'places',
  'deadline',
  'under-way',
  'insist',
  'calls',
  'retry-after',
  'language',
  'settings-form',
];
const rooms: Record<string, string[]> = {
  errors: [],
  id: [],
  batch: [],
  rests: [],
  'fair-batches': ['rests'],
  places: [],
  deadline: ['places'],
  'under-way': ['places'],
  insist: [],
  calls: ['under-way'],
  'retry-after': [],
  'settings-form': [],
  logger: [],
  language: [],
  'address-guard': [],
  'safe-request': ['errors', 'address-guard'],
  'standard-webhook': [],
  'rate-limiter': [],
  config: ['safe-request', 'tenancy'],
  listen: [],
  stop: [],
  entities: [],
  embedded: [],
  channels: ['safe-request'],
  agents: ['safe-request', 'standard-webhook'],
  queue: [],
  database: ['entities', 'embedded', 'tenancy', 'queue', 'config', 'logger'],
  tenancy: ['entities'],
  smtp: [],
  mail: ['logger', 'smtp'],
  auth: ['tenancy', 'entities', 'mail', 'rate-limiter', 'logger'],
  audit: ['auth', 'entities'],
  faqs: ['tenancy', 'entities'],
  files: ['tenancy', 'entities'],
  inbox: ['database', 'queue', 'tenancy', 'entities', 'channels'],
  conversations: ['faqs', 'agents', 'tenancy', 'entities', 'queue', 'handover', 'channels'],
  handover: [
    'conversations',
    'files',
    'tenancy',
    'entities',
    'queue',
    'logger',
    'safe-request',
    'smtp',
    'standard-webhook',
  ],
  // What a tenant connects has a row, secrets and another side: this is where they meet.
  connecting: ['channels', 'agents', 'files', 'handover', 'tenancy', 'entities', 'auth', 'audit', 'safe-request'],
  outbox: ['channels', 'tenancy', 'entities', 'queue', 'logger', 'safe-request'],
};
/** How the tables are made; what makes them may import it. */
const ofTheSchema = /^(?:migrations\/|mikro-orm\.config\.ts$)/;
/** These see everything below them; nobody sees them but the next. */
const tops = ['deps', 'http', 'app', 'welcome', 'main', 'cli'];

const imports = files.flatMap(importsOf);
const isOurs = ({ to }: Import) => to.endsWith('.ts');

describe('who may import whom', () => {
  it('knows every room', () => {
    const found = new Set(files.filter((file) => file.startsWith('src/')).map(roomOf));
    expect([...found].filter((room) => !(room in rooms) && !tops.includes(room))).toEqual([]);
  });

  it('keeps every room to what it may import', () => {
    const wrong = imports.filter(isOurs).filter(({ from, to }) => {
      const [room, other] = [roomOf(from), roomOf(to)];
      const allowed = rooms[room];
      return allowed && room !== other && ![...leaves, ...allowed].includes(other) && !ofTheSchema.test(to);
    });
    expect(wrong.map(({ from, to }) => `${from} imports ${to}`)).toEqual([]);
  });

  it('lets http import everything in src but main, and never jobs', () => {
    const wrong = imports.filter(({ from, to }) => from.startsWith('src/http/') && /^(jobs\/|src\/main\.ts)/.test(to));
    expect(wrong).toEqual([]);
  });

  it('lets jobs import everything in src but http and main', () => {
    const wrong = imports.filter(
      ({ from, to }) => from.startsWith('jobs/') && /^src\/(http\/|main\.ts|app\.ts)/.test(to),
    );
    expect(wrong).toEqual([]);
  });

  it('lets nobody import main or the command line', () => {
    expect(imports.filter(({ to }) => /^src\/(main|cli)\.ts$/.test(to))).toEqual([]);
  });

  it('gives channels only types of the outside world, conversations and inbox only types of channels', () => {
    const wrong = imports.filter(
      ({ from, to, isType }) =>
        !isType &&
        ((from.startsWith('src/channels/') && to === 'src/safe-request.ts') ||
          (/^src\/(conversations|inbox)\//.test(from) && to.startsWith('src/channels/'))),
    );
    expect(wrong).toEqual([]);
  });

  it('keeps the pure rooms pure', () => {
    const pure = [
      'src/conversations/decide.ts',
      ...['match', 'ask', 'by-language', 'quality-report', 'tenant-faqs'].map((name) => `src/faqs/${name}.ts`),
      ...[
        'choose-question',
        'counts',
        'group-alike',
        'leaders',
        'pauses',
        'rank-keywords',
        'regression',
        'same-answer',
        'suggest-keywords',
        'telling-words',
      ].map((name) => `src/faqs/improving/${name}.ts`),
      ...files.filter((file) => file.startsWith('src/faqs/matching/')),
      ...files.filter((file) => file.startsWith('src/faqs/quality/')),
      ...files.filter((file) => file.startsWith('src/language/')),
    ];
    const reached = new Set(pure);
    // A Set that grows while it is walked is walked to its end: all that they load, and what that loads.
    for (const file of reached) {
      for (const { to, isType } of files.includes(file) ? importsOf(file) : []) if (!isType) reached.add(to);
    }
    expect([...reached].filter((file) => !pure.includes(file))).toEqual([]);
    const acts =
      /\b(?:fetch|setTimeout|setInterval|setImmediate)\(|\bprocess\.|\bglobalThis\b|Math\.random|Date\.now|new Date\(\)|\bconsole\./;
    expect(pure.filter((file) => acts.test(read(file)))).toEqual([]);
  });

  it('is what docs/architecture.md says', () => {
    const [, section = ''] =
      /### Who may import whom\n([\s\S]*?)\n`safe-request` imports/.exec(read('docs/architecture.md')) ?? [];
    const [sentence = '', table = ''] = section.split(' are leaves');
    const named = (text: string) => [...text.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name);
    expect(named(sentence).filter((name) => !name.startsWith('test/'))).toEqual(leaves);
    const said = new Map<string, string[]>();
    for (const line of table.split('\n').filter((row) => row.startsWith('| `'))) {
      const [, first = '', second = ''] = line.split('|');
      for (const room of named(first))
        said.set(
          room,
          named(second)
            .filter((name) => !leaves.includes(name))
            .toSorted(),
        );
    }
    const known = Object.entries(rooms).filter(([room]) => !leaves.includes(room));
    expect([...said.keys()].toSorted()).toEqual([...known.map(([room]) => room), ...tops, 'jobs'].toSorted());
    for (const [room, allowed] of known) {
      const besides = allowed.filter((name) => !leaves.includes(name));
      expect(said.get(room), room).toEqual(besides.toSorted());
    }
  });

  it('reads the environment in one place', () => {
    // embedded/run hands the environment on to PostgreSQL's own programs, unread.
    const readers = files.filter((file) => /process\.env/.test(read(file)));
    expect(readers.toSorted()).toEqual(['src/cli/run.ts', 'src/embedded/run.ts', 'src/main.ts']);
  });

  it('asks across tenants in one place', () => {
    const askers = files.filter((file) => file.startsWith('src/') && /\bsystem_[a-z_]+\(/.test(read(file)));
    // The inbox calls the one function that takes webhooks in, prepared on the pool: it is the hottest statement.
    expect(askers.toSorted()).toEqual([
      'src/inbox/receive.ts',
      'src/tenancy/as-system.ts',
      'src/tenancy/free-claims.ts',
      'src/tenancy/list-tenants.ts',
      'src/tenancy/repeatable-requests.ts',
    ]);
  });
});

describe('what proves somebody', () => {
  const secret = String.raw`\w*(?:secret|token|signature|\bh?mac|digest|password)\w*(?:\([^()]*\))?`;
  const comparesOne = new RegExp(String.raw`${secret} [!=]==? (?!undefined|null)|[!=]==? (?:\w+\.)*${secret}`, 'i');
  /** Whether something is there, and what it is, may be told. */
  const harmless = /typeof [\w.]+ [!=]== '\w+'/g;

  it('is compared in constant time', () => {
    for (const wrong of ['given === config.secretToken', 'mac !== macOf(claim)', 'if (signature == given)']) {
      expect(wrong).toMatch(comparesOne);
    }
    const doors = /^src\/(?:(?:auth|channels|connecting|files|handover|http|tenancy)\/|[\w-]+\.ts$)/;
    const found = files.filter((file) => doors.test(file) && comparesOne.test(read(file).replaceAll(harmless, '')));
    expect(found).toEqual([]);
  });
});

describe('house rules', () => {
  it('has no file over 250 lines', () => {
    expect(files.filter((file) => read(file).split('\n').length > 251)).toEqual([]);
  });

  it('has no default export, any, enum or namespace', () => {
    const wrong = files.filter((file) =>
      /^export default|: any\b|\bas any\b|^(export )?(enum|namespace) /m.test(read(file)),
    );
    expect(wrong).toEqual([]);
  });

  it('has none of the names that mean nothing', () => {
    expect(files.filter((file) => /(utils|helpers|services|common|types)(\.ts|\/)/.test(file))).toEqual([]);
  });
});

function roomOf(file: string): string {
  const [, first = ''] = file.split('/');
  return first.replace(/\.ts$/, '');
}
