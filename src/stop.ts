/** One thing to be stopped, and how long it may take. */
export interface StopStep {
  name: string;
  limitMs: number;
  stop: () => Promise<unknown>;
}

/**
 * Stops one thing after the other. What takes longer than its limit, or breaks, is left behind and named: what it holds
 * is in the database and is taken up by another process, while whoever waits for this one to end may lose patience.
 */
export async function stopInOrder(steps: StopStep[], onLeft: (name: string, why: string) => void): Promise<void> {
  for (const { name, limitMs, stop } of steps) {
    let timer: NodeJS.Timeout | undefined;
    const limit = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(new Error(`took longer than ${limitMs} ms`)), limitMs);
    });
    try {
      await Promise.race([stop(), limit]);
    } catch (error) {
      onLeft(name, error instanceof Error ? error.message : String(error));
    } finally {
      clearTimeout(timer);
    }
  }
}
