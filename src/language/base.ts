/** Codes that changed their name and still come in from phones and old exports. */
const renamed: Record<string, string> = {
  iw: 'he',
  in: 'id',
  ji: 'yi',
  nb: 'no',
  nn: 'no',
  fil: 'tl',
  cmn: 'zh',
  yue: 'zh',
};

/** The language of a tag, without country and script: `pt-BR` and `PT_br` are `pt`. Empty when there is none. */
export function baseLanguage(tag: string): string {
  const base = tag.trim().split(/[-_.]/, 1)[0]?.toLowerCase() ?? '';
  return Object.hasOwn(renamed, base) ? (renamed[base] ?? base) : base;
}
