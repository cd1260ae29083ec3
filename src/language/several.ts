import { words } from './words.ts';

/** Whole answers that take all of what is offered, in any of our languages. */
const ALL = `
  both, both please, both of them, all of them, all, 1 and 2 both, the two, i mean both, beide, beides, beide bitte, alle beide,
  alles, ambos, ambas, los dos, las dos, todo, todos, os dois, as duas, les deux, tous les deux, toutes les deux, entrambi, entrambe,
  tutti e due, tutte e due, allebei, beiden, obie, oba, obydwa, oba proszę, wszystkie, оба, обе, и то и другое, все, обидва, обидві, усі,
  ikisi de, her ikisi, ikisi, keduanya, dua duanya, semua, दोनों, दोनो, كلاهما, الاثنان, الاثنين, كليهما, שניהם, שתיהן, את שניהם,
  両方, 両方です, どちらも, 全部, 两个, 两个都要, 都要, 都, 都是
`;

/** Words that only join numbers. */
const AND =
  'and, plus, also, und, sowie, y, e, et, i, oraz, en, и, та, і, ve, dan, और, و, ו, と, 和, 跟, 与, por favor, please, bitte';

/**
 * Which of `count` numbered things a line takes, where it takes more than one: "1 and 2", "1, 2", "both". Counted from
 * 0, in the order in which they are said; empty where it says anything else.
 */
export function readSeveral(line: string, count: number, language: string): number[] {
  const keyOf = (text: string) => words(text, language).join(' ');
  const said = keyOf(line);
  if (said === '' || count < 2) return [];
  const isIn = (list: string) => list.split(/[,\n]/).some((phrase) => keyOf(phrase) === said);
  if (isIn(ALL)) return Array.from({ length: count }, (_, at) => at);
  const joining = new Set(AND.split(',').flatMap((word) => words(word, language)));
  const rest = words(line, language).filter((word) => !joining.has(word));
  const numbers = new Set(rest.map((word) => (/^\d$/.test(word) ? Number(word) - 1 : Number.NaN)));
  return numbers.size > 1 && [...numbers].every((at) => at >= 0 && at < count) ? [...numbers] : [];
}
