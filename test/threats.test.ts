import { readdir, readFile, stat } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';

/** A table of threats is worth what its tests are. */
const table = await readFile('docs/threats.md', 'utf8');
const rows = table.split('\n').filter((line) => line.startsWith('| ') && !/^\| (threat|-)/.test(line));
const filesIn = (text: string) => [...text.matchAll(/`(test\/[\w/.-]+\.test\.ts)`/g)].map(([, file = '']) => file);

describe('the table of threats', () => {
  it('names a test for every threat, and what happens', () => {
    expect(rows.length).toBeGreaterThan(30);
    for (const row of rows) {
      const cells = row.split(' | ');
      expect(cells, row).toHaveLength(3);
      expect(filesIn(cells[2] ?? '').length, row).toBeGreaterThan(0);
    }
  });

  it('names tests that there are, and that test something', async () => {
    for (const file of new Set(filesIn(table))) {
      expect((await stat(file)).isFile(), file).toBe(true);
      expect(await readFile(file, 'utf8'), file).toMatch(/\bit(\.each|\()/);
    }
  });

  it('knows every test of threats', async () => {
    const named = new Set(filesIn(table));
    const files = (await readdir('test/http/threats')).map((file) => `test/http/threats/${file}`);
    expect(files.filter((file) => !named.has(file))).toEqual([]);
  });

  it('is where people look for it', async () => {
    expect(await readFile('SECURITY.md', 'utf8')).toContain('(docs/threats.md)');
  });
});
