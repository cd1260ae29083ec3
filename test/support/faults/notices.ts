import { Webhook } from 'standardwebhooks';
import { noticeSecret } from './agent-tenants.ts';
import { pauseOf } from './platform.ts';
import type { Chance } from './random.ts';
import { startRecordingServer, type Received, type RecordingServer } from './server.ts';

/** One call by which managers are told. */
export interface Told extends Received {
  /** The notification's. */
  id: string;
  slug: string;
  body: string;
  isGenuine: boolean;
  /** It was answered with 2xx. */
  isTaken: boolean;
}

export interface RecordingNotices extends RecordingServer {
  tolds: Told[];
}

/** Whatever a tenant runs to be told of handovers. It is busy now and then, or hangs up. */
export async function startRecordingNotices(chance: Chance): Promise<RecordingNotices> {
  const tolds: Told[] = [];
  const server = await startRecordingServer(async (request, body, response, received) => {
    const isTaken = !chance.happens(0.1);
    const id = String(request.headers['webhook-id']);
    const [, slug = ''] = /^\/told\/(.+)$/.exec(request.url ?? '') ?? [];
    const told = Object.assign(received, { id, slug, body, isTaken, isGenuine: true });
    tolds.push(told);
    try {
      new Webhook(noticeSecret).verify(body, request.headers as Record<string, string>);
    } catch {
      told.isGenuine = false;
    }
    await pauseOf(chance);
    if (!isTaken && chance.happens(0.5)) {
      response.destroy();
      return;
    }
    response.statusCode = isTaken ? 200 : 503;
    response.end();
  });
  return { ...server, tolds };
}
