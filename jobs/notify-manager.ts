import { nextNotifications, notify } from '../src/handover/notify.ts';
import { defineCalls } from './define-calls.ts';

/** Tells managers that somebody needs them: each target by itself. */
export const notifyManager = defineCalls('notify-manager', {
  perTenant: 32,
  inAll: 256,
  call: notify,
  next: ({ orm }, ...wanted) => nextNotifications(orm, ...wanted),
});
