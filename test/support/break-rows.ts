import { query } from './embedded.ts';

let count = 0;

/**
 * From now on no row of the tenant can be written into `table`, or changed there: the database refuses it with `words` and
 * the SQLSTATE `code`. Gives what ends that.
 */
export async function breakRows(
  ownerUrl: string,
  table: string,
  tenantId: string,
  { words, code = 'P0001', what = 'insert' }: { words: string; code?: string; what?: 'insert' | 'update' },
): Promise<() => Promise<void>> {
  count += 1;
  const name = `broken_${count}`;
  await query(
    ownerUrl,
    `create function ${name}() returns trigger language plpgsql as $$
       begin raise exception '${words}' using errcode = '${code}'; end $$;
     create trigger ${name} before ${what} on ${table} for each row when (new.tenant_id = '${tenantId}')
       execute function ${name}()`,
  );
  return async () => void (await query(ownerUrl, `drop function ${name} cascade`));
}
