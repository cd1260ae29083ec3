/** Libraries that bring no types of their own: what is used of them. */
declare module 'snowball-stemmers' {
  const snowball: { newStemmer(algorithm: string): { stem(word: string): string } };
  export = snowball;
}

declare module 'wink-bm25-text-search' {
  interface Engine {
    defineConfig(config: {
      fldWeights: Record<string, number>;
      bm25Params?: { k?: number; k1?: number; b?: number };
    }): boolean;
    definePrepTasks(tasks: ((text: string) => string[])[]): number;
    addDoc(fields: Record<string, string>, id: string): number;
    consolidate(precision?: number): boolean;
    search(text: string, limit?: number): [id: string, score: number][];
  }
  const createEngine: () => Engine;
  export = createEngine;
}
