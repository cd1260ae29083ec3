import { setTimeout as sleep } from 'node:timers/promises';
import { runningInstance, startInstance, type Instance } from './demo/instance.ts';
import { customerOnTelegram, customerOnWhatsapp, managerOf, type Customer, type Manager } from './demo/people.ts';
import { startPlatform, type Platform } from './demo/platform.ts';

/** The whole demo, however slow the machine is. */
const LIMIT_MS = 180_000;
/** Longer than a burst of messages is waited for: an answer that has not come by then does not come. */
const SILENCE_MS = 2_000;
const MANAGER = 'Mia (manager)';

const help = `npm run demo
  starts a Frontdesk of its own, plays two conversations on it, and removes it again.

FRONTDESK_URL=http://localhost:3000 npm run demo
  plays them on a Frontdesk that runs already. That one needs its demo tenants (DEMO=true), and
  TELEGRAM_API_BASE and WHATSAPP_API_BASE set to http://127.0.0.1:4010, where this demo stands for the platforms
  (PLATFORM_PORT changes the port). Run the demo in the same folder and with the same DATA_DIR, or DATABASE_URL and
  FRONTDESK_KEY: it makes its channels with the command line, and they stay.`;

/** Who is who in what is printed, by the address on the platform. */
const shopOf = new Map<string, string>();

let isOver = false;
const print = (text: string) => {
  if (!isOver) console.log(text);
};
const line = (who: string, arrow: '>' | '<', text: string) => print(`${who.padEnd(16)} ${arrow} ${text}`);
const note = (text: string) => print(`${' '.repeat(19)}(${text})`);

if (process.argv.includes('--help')) console.log(help);
else await main();

async function main(): Promise<void> {
  const undo: (() => Promise<void>)[] = [];
  try {
    await Promise.race([play(undo), tooLong(), interrupted()]);
    print('\nEverything happened as promised.');
  } catch (error) {
    isOver = true;
    console.error(`\nThe demo stopped: ${error instanceof Error ? error.message : String(error)}`);
    if (process.env['FRONTDESK_URL']) console.error(`\n${help}`);
    process.exitCode = 1;
  }
  for (const step of undo.toReversed()) await step();
  process.exit();
}

async function play(undo: (() => Promise<void>)[]): Promise<void> {
  const runningAt = process.env['FRONTDESK_URL'];
  const port = runningAt ? Number(process.env['PLATFORM_PORT'] ?? 4010) : 0;
  const platform = await startPlatform(port, ({ to, text, buttons }) => {
    line(shopOf.get(to) ?? 'Somebody', '<', text + buttons.map((title) => ` [${title}]`).join(''));
  });
  undo.push(() => platform.close());
  print(`Telegram and WhatsApp are played by ${platform.url}`);
  if (!runningAt) print('Starting Frontdesk with an empty database ...');
  const instance = runningAt ? runningInstance(runningAt.replace(/\/+$/, '')) : await startInstance(platform.url, undo);
  print(`Frontdesk is at ${instance.url}`);
  await coffeeShop(instance, platform);
  await techSupport(instance, platform);
}

/** handover_mode 'ask': the contact is asked before a manager is. */
async function coffeeShop(instance: Instance, platform: Platform): Promise<void> {
  const [anna, mia] = await meet('Coffee Shop', instance, (one) => customerOnTelegram(one, 'coffee_shop_123', 'Anna'));
  const chat = talk(platform, anna);
  await chat('What are your opening hours?', /7am-9pm/);
  await chat('Can I bring my dog?', /./);
  await chat('Is my dog allowed inside?', /./);
  await chat('yes', /./);
  const id = await mia.finds('Anna');
  note('the conversation is in the queue; Mia answers through the API');
  await managerSays(platform, anna, mia, id, 'Hi Anna, dogs are welcome on our terrace!');
  line(anna.name, '>', 'And what are your opening hours?');
  await anna.writes('And what are your opening hours?');
  await sleep(SILENCE_MS);
  if (platform.waiting(anna.address) > 0) throw new Error('the assistant talked over the manager');
  note('no automatic answer: Mia has the conversation');
  await managerSays(platform, anna, mia, id, '7am to 9pm, every day.');
  await mia.handsBack(id);
  note('Mia hands back to the assistant');
  await chat('Do you have vegan options?', /oat milk/);
  await showDecisions(mia, id);
}

/** handover_mode 'immediate': whoever asks for a human is in the queue at once. */
async function techSupport(instance: Instance, platform: Platform): Promise<void> {
  const [ben, mia] = await meet('Tech Support', instance, (one) => customerOnWhatsapp(one, 'tech_support_456', 'Ben'));
  const chat = talk(platform, ben);
  await chat('How do I reset my password?', /Forgot Password/);
  await chat('That did not help, I want to talk to a human', /./);
  const id = await mia.finds('Ben');
  await managerSays(platform, ben, mia, id, 'Hello Ben, I have just sent you a new link.');
  await mia.handsBack(id);
  note('Mia hands back to the assistant');
  await chat('Now the app keeps crashing', /cache/);
  await showDecisions(mia, id);
}

async function meet(shop: string, instance: Instance, connect: (one: Instance) => Promise<Customer>) {
  const tenant = shop === 'Coffee Shop' ? 'coffee_shop_123' : 'tech_support_456';
  const [customer, manager] = await Promise.all([connect(instance), managerOf(instance, tenant)]);
  shopOf.set(customer.address, shop);
  print(`\n--- ${customer.name} writes to ${shop} (${tenant})\n`);
  return [customer, manager] as const;
}

/** Gives a function that says something as the customer, and waits for an answer that looks like `expected`. */
function talk(platform: Platform, customer: Customer) {
  return async (text: string, expected: RegExp): Promise<void> => {
    line(customer.name, '>', text);
    await customer.writes(text);
    const answer = await platform.next(customer.address);
    if (!expected.test(answer.text)) throw new Error(`'${text}' was answered with '${answer.text}'`);
  };
}

async function managerSays(platform: Platform, to: Customer, manager: Manager, id: string, text: string) {
  line(MANAGER, '>', text);
  await manager.replies(id, text);
  const answer = await platform.next(to.address);
  if (answer.text !== text) throw new Error(`the manager's words arrived as '${answer.text}'`);
}

async function showDecisions(manager: Manager, id: string): Promise<void> {
  print('\nWhy, turn by turn:');
  for (const { outcome, reason } of await manager.decisions(id)) print(`  ${outcome.padEnd(12)} ${reason}`);
}

async function tooLong(): Promise<never> {
  await sleep(LIMIT_MS, undefined, { ref: false });
  throw new Error(`it took longer than ${LIMIT_MS / 1000} seconds`);
}

function interrupted(): Promise<never> {
  return new Promise((_, reject) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => reject(new Error('interrupted')));
  });
}
