import { Places } from './places.ts';

interface Guest {
  since: number;
  late: () => void;
}

/**
 * A time limit that thousands of things a second have and hardly any reaches: one timer for all of them, which looks for the
 * oldest and in a busy system finds it long gone.
 */
export class Deadline {
  readonly #ms: number;
  readonly #guests = new Places<Guest>();
  #timer: NodeJS.Timeout | undefined;

  constructor(ms: number) {
    this.#ms = ms;
  }

  /** Calls `late` once the time is over. What this gives is to be given to `met` in any case, late or not. */
  start(late: () => void): number {
    if (!this.#timer) this.#wait(this.#ms);
    return this.#guests.take({ since: performance.now(), late });
  }

  met(place: number): void {
    this.#guests.leave(place);
  }

  #look(): void {
    this.#timer = undefined;
    const now = performance.now();
    let oldest = Infinity;
    for (const guest of this.#guests) {
      if (now - guest.since >= this.#ms) guest.late();
      else oldest = Math.min(oldest, guest.since);
    }
    if (oldest < Infinity) this.#wait(oldest + this.#ms - now);
  }

  #wait(ms: number): void {
    this.#timer = setTimeout(() => this.#look(), ms).unref();
  }
}
