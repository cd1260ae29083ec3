/** One outbound call. Never follows redirects. */
export interface SafeRequestInit {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  headers?: Record<string, string>;
  body?: string | Buffer;
  /** From the first byte sent to the last byte received. Default 15,000. */
  totalTimeoutMs?: number;
  /** Until the connection stands. Default 3,000. */
  connectTimeoutMs?: number;
  /** Default 1 MiB, counted while streaming. */
  maxResponseBytes?: number;
  signal?: AbortSignal;
}

export interface SafeResponse {
  status: number;
  headers: Record<string, string>;
  body: Buffer;
}

export type SafeRequest = (url: string, init: SafeRequestInit) => Promise<SafeResponse>;
