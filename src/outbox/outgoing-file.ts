import type { OutgoingFile } from '../channels/adapter.ts';
import { RetryAfterError } from '../errors.ts';

/** A tenant's file for a send. Throws PermanentError where there is none any more, or none is named. */
export type FileOf = (tenantId: string, fileId: string | null) => Promise<OutgoingFile>;

/** Whose turn it is to have a file in memory. */
export interface FilePlaces {
  /** False when all are taken. */
  take(): boolean;
  leave(): void;
}

const LOOK_AGAIN_MS = 500;

export function createFilePlaces(most: number): FilePlaces {
  let taken = 0;
  return {
    take() {
      if (taken === most) return false;
      taken += 1;
      return true;
    },
    leave: () => void (taken -= 1),
  };
}

/**
 * A file that takes a place when it is read, and keeps it until `done`. Where none is free the send ends with that, and is
 * tried again soon: a lease is no time to wait in.
 */
export function inPlace(file: OutgoingFile, places: FilePlaces): { file: OutgoingFile; done(): void } {
  let hasPlace = false;
  return {
    file: {
      ...file,
      async read() {
        hasPlace ||= places.take();
        if (!hasPlace) throw new RetryAfterError('other files are being sent first', LOOK_AGAIN_MS, 'conversation');
        return file.read();
      },
    },
    done() {
      if (hasPlace) places.leave();
    },
  };
}
