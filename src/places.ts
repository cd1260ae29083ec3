/**
 * What is going on at this moment, where thousands come and go each second. Not a Set: the tables that a Set outgrows
 * point to the ones that follow, so once one of them is old, all that ever passed through them stays in memory until
 * the next full collection, and each small collection copies it. Here a place is simply used again.
 */
export class Places<T> implements Iterable<T> {
  readonly #taken: (T | undefined)[] = [];
  readonly #free: number[] = [];

  take(guest: T): number {
    const place = this.#free.pop() ?? this.#taken.length;
    this.#taken[place] = guest;
    return place;
  }

  leave(place: number): void {
    this.#taken[place] = undefined;
    this.#free.push(place);
  }

  *[Symbol.iterator](): Iterator<T> {
    for (const guest of this.#taken) if (guest !== undefined) yield guest;
  }
}
