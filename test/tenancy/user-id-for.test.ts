import { expect, it } from 'vitest';
import { newId } from '../../src/id.ts';
import { userIdFor } from '../../src/tenancy/as-system.ts';
import { useWorld } from '../support/world.ts';

const world = useWorld({ workers: false });

it('tenants that invite the same new person at the same moment all invite one person', async () => {
  for (let round = 0; round < 20; round++) {
    const email = `anna-${round}@example.com`;
    const ids = await Promise.all(
      Array.from({ length: 8 }, () => userIdFor(world.deps.orm, { id: newId(), email, name: 'Anna' })),
    );
    expect(new Set(ids).size).toBe(1);
  }
});
