/** Characters of JSON that a body may become: four times what the largest one does that a platform sends. */
const MOST = 16 * 1024 * 1024;
/** Events of a body, likewise. */
const MOST_EVENTS = 4_000;

/** Gives back what is to be kept of an event. Throws RangeError when it has become too much. */
export type Room = <Payload>(payload: Payload) => Payload;

/**
 * Room for what one body is taken apart into. Each event keeps what it shared with the others, so without a limit anybody
 * could write a body that becomes a thousand times as much. A single event is not measured: it is no more than its body.
 */
export function createRoom(): Room {
  let events = 0;
  let length = 0;
  return (payload) => {
    events += 1;
    if (events > 1) length += JSON.stringify(payload).length;
    if (length > MOST || events > MOST_EVENTS) throw new RangeError('holds too much to be taken apart into its events');
    return payload;
  };
}
