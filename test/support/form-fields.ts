/** The fields of a form by their names; a file shows as its name, type and words. */
export async function fieldsOf(bytes: Uint8Array, contentType: string): Promise<Record<string, unknown>> {
  const form = await new Response(new Uint8Array(bytes), { headers: { 'content-type': contentType } }).formData();
  const fields = await Promise.all(
    [...form].map(async ([name, value]): Promise<[string, unknown]> => [
      name,
      typeof value === 'string' ? value : { name: value.name, type: value.type, words: await value.text() },
    ]),
  );
  return Object.fromEntries(fields);
}
