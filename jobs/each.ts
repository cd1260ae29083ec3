/** Does `work` for one after the other. What throws keeps it from none of the others; the first error is thrown at the end. */
export async function each(subjects: readonly string[], work: (subject: string) => Promise<void>): Promise<void> {
  const errors: unknown[] = [];
  for (const subject of subjects) await work(subject).catch((error: unknown) => errors.push(error));
  if (errors.length > 0) throw errors[0];
}
