import { expect, it } from 'vitest';
import { DEMO_LIMIT_MS, playDemo, story, talkIn } from './support/demo.ts';

it(
  'npm run demo plays both conversations up to the hand back, and says why each turn went as it did',
  async () => {
    const { code, said } = await playDemo();
    expect(said).toContain('Everything happened as promised.');
    expect(talkIn(said)).toEqual(story);
    expect(said.match(/^ {2}(answer|clarify|offer_human|hand_over|silent) .*$/gm)).toHaveLength(9);
    expect(code).toBe(0);
  },
  DEMO_LIMIT_MS,
);
