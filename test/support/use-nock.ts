import nock from 'nock';
import { afterAll, beforeAll } from 'vitest';

// It takes over node:http as soon as it is loaded.
nock.restore();

/**
 * For a file in which other people's APIs are played: nothing but `hosts` and what its tests announce can be reached.
 * Nock takes over node:http for the whole process, which other files run in as well, so it is on only here.
 */
export function useNock({ hosts = [] }: { hosts?: string[] } = {}): void {
  beforeAll(() => {
    if (!nock.isActive()) nock.activate();
    nock.disableNetConnect();
    nock.enableNetConnect((host) => hosts.includes(host.replace(/:\d+$/, '')));
  });
  afterAll(() => {
    nock.cleanAll();
    nock.enableNetConnect();
    nock.restore();
  });
}
