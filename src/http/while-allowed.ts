const EVERY_MS = 1_000;

/**
 * The same pieces, as long as `stillAllowed` does not throw: asked once a second, and after the last piece. What takes
 * minutes to arrive or to leave is not done for somebody whose key was revoked meanwhile.
 */
export async function* whileAllowed<Piece>(
  pieces: AsyncIterable<Piece>,
  stillAllowed: () => Promise<void>,
  everyMs = EVERY_MS,
): AsyncGenerator<Piece> {
  let asked = performance.now();
  for await (const piece of pieces) {
    if (performance.now() - asked >= everyMs) {
      await stillAllowed();
      asked = performance.now();
    }
    yield piece;
  }
  await stillAllowed();
}
