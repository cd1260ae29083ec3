const undos = new Set<() => void>();
let isWatching = false;

/**
 * Undoes something outside this process even when a test is torn down in the middle: at exit, and on the signals that
 * end a test run. `undo` must do its work without waiting. Gives a function that forgets it again.
 */
export function atExit(undo: () => void): () => void {
  if (!isWatching) {
    isWatching = true;
    process.once('exit', undoAll);
    process.once('SIGTERM', undoAll);
    process.once('SIGINT', undoAll);
  }
  undos.add(undo);
  return () => void undos.delete(undo);
}

function undoAll(): void {
  for (const undo of [...undos].toReversed()) {
    undos.delete(undo);
    try {
      undo();
    } catch {
      // The next one still has its turn.
    }
  }
}

/** Ends a process at once; one that is gone already, or was never started, is fine. */
export function killNow(pid: number | undefined): void {
  // Zero and negative numbers mean whole groups of processes, ours among them.
  if (pid === undefined || !Number.isSafeInteger(pid) || pid <= 1) return;
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // gone
  }
}
