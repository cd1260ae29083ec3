import { createServer } from 'node:http';

/**
 * A platform that accepts everything at once and tells its parent when each text arrived: `chat text time`. The time
 * is the machine's, so that it compares with the sender's.
 */
let count = 0;
let lines: string[] = [];
const server = createServer((request, response) => {
  let body = '';
  request.setEncoding('utf8');
  request.on('data', (chunk: string) => (body += chunk));
  request.on('end', () => {
    count += 1;
    const { chat_id: chat, text } = JSON.parse(body) as { chat_id: string; text: string };
    lines.push(`${chat}\t${text}\t${performance.timeOrigin + performance.now()}`);
    response.setHeader('content-type', 'application/json');
    response.end(`{"ok":true,"result":{"message_id":${count},"chat":{"id":${chat}}}}`);
  });
});
server.keepAliveTimeout = 60_000;
setInterval(() => {
  if (lines.length === 0) return;
  process.send?.(lines);
  lines = [];
}, 20);
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  console.log(`listening on http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`);
});
process.on('disconnect', () => process.exit(0));
