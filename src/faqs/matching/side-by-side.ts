const [FIRST_BYTES, MOST_BYTES] = [1_024, 65_536];

export interface SideBySide {
  ints: (values: readonly number[]) => Int32Array;
  shorts: (values: readonly number[]) => Uint16Array;
}

/**
 * Keeps short lists of numbers side by side in large pieces of memory: tens of thousands of buffers are what the collector
 * of garbage stands still for. A piece is free when none of its lists is needed any more.
 */
export function createSideBySide(): SideBySide {
  let piece = new ArrayBuffer(FIRST_BYTES);
  let used = 0;

  /** Where so many bytes have room, beginning at a multiple of four. */
  function take(bytes: number): number {
    if (used + bytes > piece.byteLength) {
      piece = new ArrayBuffer(Math.max(bytes, Math.min(piece.byteLength * 2, MOST_BYTES)));
      used = 0;
    }
    const at = used;
    used += Math.ceil(bytes / 4) * 4;
    return at;
  }

  return {
    ints(values) {
      const at = take(values.length * Int32Array.BYTES_PER_ELEMENT);
      const kept = new Int32Array(piece, at, values.length);
      kept.set(values);
      return kept;
    },
    shorts(values) {
      const at = take(values.length * Uint16Array.BYTES_PER_ELEMENT);
      const kept = new Uint16Array(piece, at, values.length);
      kept.set(values);
      return kept;
    },
  };
}
