import snowball from 'snowball-stemmers';

/** The Snowball algorithms of the languages that have one. */
const algorithms = new Map([
  ['ar', 'arabic'],
  ['ca', 'catalan'],
  ['cs', 'czech'],
  ['da', 'danish'],
  ['de', 'german'],
  ['en', 'english'],
  ['es', 'spanish'],
  ['fi', 'finnish'],
  ['fr', 'french'],
  ['hu', 'hungarian'],
  ['it', 'italian'],
  ['nl', 'dutch'],
  ['no', 'norwegian'],
  ['pt', 'portuguese'],
  ['ro', 'romanian'],
  ['ru', 'russian'],
  ['sl', 'slovene'],
  ['sv', 'swedish'],
  ['ta', 'tamil'],
  ['tr', 'turkish'],
]);
const spaceless = new Set(['ja', 'km', 'lo', 'my', 'th', 'zh']);

const WORD = /[\p{L}\p{N}]+/gu;
const ASCII = /^[\0-\x7f]*$/;
const MARKS = /\p{M}/gu;

/** The words of a text without case and accents; cut by dictionary where the script has no spaces. */
export function tokenizer(language: string): (text: string) => string[] {
  const fold = (text: string) =>
    ASCII.test(text) ? text.toLowerCase() : text.normalize('NFKD').replace(MARKS, '').toLowerCase();
  if (!spaceless.has(language)) return (text) => fold(text).match(WORD) ?? [];
  const segmenter = new Intl.Segmenter(language, { granularity: 'word' });
  return (text) => {
    const words: string[] = [];
    for (const { segment, isWordLike } of segmenter.segment(text)) if (isWordLike) words.push(fold(segment));
    return words;
  };
}

/** Snowball's stemmer of the language, remembering what it has stemmed; none where Snowball has none. */
export function stemmer(language: string): (word: string) => string {
  const algorithm = algorithms.get(language);
  if (!algorithm) return (word) => word;
  const snowballStemmer = snowball.newStemmer(algorithm);
  const known = new Map<string, string>();
  return (word) => {
    let stem = known.get(word);
    if (stem === undefined) {
      stem = snowballStemmer.stem(word);
      if (known.size < REMEMBERED) known.set(word, stem);
    }
    return stem;
  };
}

const REMEMBERED = 20_000;
