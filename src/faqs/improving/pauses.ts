/** Pieces of work, each some microseconds, that may be done at a stretch. */
const PIECES = 500;

/** Counts pieces of work; says when so many were done that others should be let run. */
export function createPauses(): (pieces: number) => boolean {
  let done = 0;
  return (pieces) => {
    done += pieces;
    if (done < PIECES) return false;
    done = 0;
    return true;
  };
}
