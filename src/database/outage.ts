/** Classes of SQLSTATE that speak of the server or of other transactions, never of the data at hand. */
const OUTAGES = ['08', '40', '53', '55', '57', '58'];
const SOCKET = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EHOSTUNREACH', 'EAI_AGAIN']);

/** Whether a database error will pass by itself: the same work can succeed later, unchanged. */
export function isOutage(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = codeOf(error);
  // Bytes that the protocol cannot carry: those are ours, and stay what they are.
  if (code === '08P01') return false;
  if (SOCKET.has(code) || (code.length === 5 && OUTAGES.includes(code.slice(0, 2)))) return true;
  // The driver's own words for a connection that broke or could not be had carry no code.
  return WORDS.test(error.message);
}

const WORDS =
  /connection terminated|not queryable|timeout exceeded when trying to connect|connection ended|query read timeout/i;

/** Whether transactions got in each other's way: the same work can succeed at once. */
export const isCollision = (error: unknown): boolean =>
  error instanceof Error && ['40P01', '40001'].includes(codeOf(error));

/** Whether a statement was given up because it took too long: the server's trouble, or the data's own. */
export const isStatementTimeout = (error: unknown): boolean => error instanceof Error && codeOf(error) === '57014';

const codeOf = (error: Error): string => ('code' in error && typeof error.code === 'string' ? error.code : '');
