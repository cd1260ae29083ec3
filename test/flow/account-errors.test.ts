import { expect, it } from 'vitest';
import { z } from 'zod';
import { asManager, buildShop, type Shop } from '../support/tenants.ts';
import { addWhatsapp, type WhatsappNumber } from '../support/whatsapp-number.ts';
import { until, useWorld } from '../support/world.ts';

const lines: string[] = [];
const world = useWorld({ onLog: (line) => void lines.push(line) });

const Line = z.object({ msg: z.string(), channelId: z.string().optional(), code: z.string().optional() });
const told = ({ channelId }: WhatsappNumber) =>
  lines
    .map((line) => Line.parse(JSON.parse(line)))
    .filter((line) => line.msg === 'channel.account_error' && line.channelId === channelId)
    .map(({ code }) => code);
const Failures = z.object({ channels: z.array(z.object({ kind: z.string(), healthReason: z.string() })) });
const broken = async (shop: Shop) => {
  const body: unknown = await (await asManager(world, shop, '/failures')).json();
  return Failures.parse(body).channels;
};
const errors = (code: number, title: string) => ({ errors: [{ code, title, message: title }] });

it('trouble with the account that WhatsApp tells of shows at the channel, until a message has got through', async () => {
  const shop = await buildShop(world);
  const number = await addWhatsapp(world, shop);
  await number.post(errors(131042, 'Business eligibility payment issue'));
  await until(async () =>
    expect(await broken(shop)).toEqual([
      { kind: 'whatsapp', healthReason: 'WhatsApp reported error 131042: Business eligibility payment issue' },
    ]),
  );
  await until(() => expect(told(number)).toEqual(['131042']));

  await number.says('wamid.1', 'What are your opening hours?');
  await until(() => expect(world.platform.textsTo(number.contact)).toHaveLength(1));
  await world.deps.delivery.settled();
  expect(await broken(shop)).toHaveLength(1);
  const sent = world.platform.calls.findIndex(({ body }) => body['to'] === number.contact) + 1;
  await number.receipt(`wamid.out.${sent}`, 'delivered');
  await until(async () => expect(await broken(shop)).toEqual([]));
});

it('what holds up some messages for a while is in the log, and the channel stays as it is', async () => {
  const shop = await buildShop(world);
  const number = await addWhatsapp(world, shop);
  await number.post(errors(130429, 'Rate limit hit'));
  await until(() => expect(told(number)).toEqual(['130429']));
  expect(await broken(shop)).toEqual([]);
});
