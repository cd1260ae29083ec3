import { fold } from './words.ts';

/**
 * A message in its questions and sentences. The parts, put together again, are the text: nothing is lost or added, and
 * white space stays with what it follows. Cuts after the end of a sentence and at line breaks, before `¿` and `¡`, and
 * before a conjunction or after a comma only where a question word follows: "when do you open and do you have tea" are
 * two questions, "tea and coffee" is one thing. Any language; linear time.
 */
export function splitQuestions(text: string): string[] {
  const parts: string[] = [];
  let start = 0;
  /** Whether the part that is being read has a word; what has none stays with what follows it. */
  let hasWord = false;
  /** A sentence has ended; `tight` where the next one follows without a space. */
  let ended: false | 'spaced' | 'tight' = false;
  let joint: Joint | null = null;
  let [before, last] = ['', ''];
  const cut = (at: number) => {
    [ended, joint] = [false, null];
    if (!hasWord) return;
    parts.push(text.slice(start, at));
    [start, hasWord] = [at, false];
  };
  for (const { 0: token, index } of text.matchAll(TOKEN)) {
    const after = index + token.length;
    if (SPACE.test(token)) {
      if (ended || LINE_BREAK.test(token) || ASKS_THAI.test(last)) cut(after);
      continue;
    }
    if (WORD.test(token)) {
      const word = keyOf(token);
      if (ended === 'tight') cut(index);
      else if (joint && opens(joint, word)) cut(joint.at);
      else if (joined.has(word)) cut(index);
      joint = hasWord ? jointAt(joint, word, index) : null;
      [ended, hasWord] = [false, true];
    } else if (OPENING.test(token)) cut(index);
    else if (TIGHT_END.test(token)) ended = 'tight';
    else if (END.test(token) || (token === '.' && endsSentence(before, last))) ended ||= 'spaced';
    else if (COMMA.test(token)) {
      ended = ASKS_EAST.test(last) ? 'tight' : false;
      joint = hasWord ? { at: after, languages: null } : null;
    } else if (!CLOSING.test(token)) [ended, joint] = [false, null];
    [before, last] = [last, token];
  }
  if (start < text.length) parts.push(text.slice(start));
  return parts;
}

/** Whether a part asks something, by its mark, its particle or its first words: "hi when is that", "いつですか". Linear time. */
export function asks(part: string): boolean {
  if (ASKED.test(part)) return true;
  let plausible = languages;
  for (const { 0: written } of part.matchAll(WORDS)) {
    const word = keyOf(written);
    if (joined.has(word) || ASKS_EAST.test(written) || ASKS_THAI.test(written)) return true;
    if (opens({ at: 0, languages: plausible }, word)) return true;
    plausible = plausible.filter(({ conjunctions, leads }) => conjunctions.has(word) || leads.has(word));
    if (plausible.length === 0) return false;
  }
  return false;
}

/** A place where a question may begin, if a question word of these languages follows; null for any language. */
interface Joint {
  at: number;
  languages: Language[] | null;
}

interface Language {
  conjunctions: Set<string>;
  /** What may stand before a question word: "hi", "also", "at". */
  leads: Set<string>;
  openers: Set<string>;
}

function jointAt(joint: Joint | null, word: string, index: number): Joint | null {
  const conjunctionOf = byConjunction.get(word);
  // "and" after a comma: the comma is where the question before has ended.
  if (conjunctionOf) return { at: joint?.languages === null ? joint.at : index, languages: conjunctionOf };
  const stays = joint?.languages?.some(({ leads }) => leads.has(word));
  return stays ? joint : null;
}

const opens = ({ languages: spokenThere }: Joint, word: string) =>
  spokenThere ? spokenThere.some(({ openers }) => openers.has(word)) : anyOpener.has(word);

/** A full stop after a number, an initial or within `p.m.` ends nothing; after a word it does. */
const endsSentence = (before: string, last: string) => last.length > 1 && before !== '.' && !DIGITS.test(last);

/** Longer words are none of ours, and folding them would be work for nothing. */
const LONGEST = 12;
const keyOf = (token: string) => (token.length > LONGEST ? '' : fold(token).replaceAll("'", ''));

const spoken: [conjunctions: string, leads: string, openers: string][] = [
  [
    'and or plus but n',
    'also then if so please hi hello hey ok at by for in on to from',
    'do does did can could is are what whats when where wheres how hows who why which will would should may am have has',
  ],
  [
    'y e o pero ademas',
    'tambien si hola a de en por con para hasta desde',
    'que cual cuales cuando donde como cuanto cuanta cuantos cuantas quien hay tienen teneis tienes puedo se',
  ],
  [
    'e ou mas',
    'tambem se ola a de em por com para ate as',
    'que qual quais quando onde como quanto quantos quanta quantas quem ha tem voces posso aceitam fazem',
  ],
  [
    'et ou mais',
    'aussi bonjour salut a de en par avec pour',
    'est quel quelle quels quelles quand ou comment combien qui pourquoi avez y puis peut faites acceptez que quoi',
  ],
  [
    'und oder aber',
    'auch hallo hi bis um ab mit fur von in',
    'wann wie wo was wer warum welche welcher welches haben habt hat gibt kann konnen ist sind bieten darf muss wieviel',
  ],
  [
    'e o ma',
    'anche ciao a di da in per con fino',
    'che quale quali quando dove come quanto quanti quanta quante chi perche avete posso ce ci fate accettate si',
  ],
  [
    'en of maar',
    'ook hallo hoi om tot vanaf met voor van in',
    'wanneer hoe waar wat wie waarom welke hebben heeft kan kunnen is zijn mag hoeveel kun',
  ],
  [
    'и а или но',
    'также еще привет здравствуйте в во до с со на по у к за',
    'когда где куда как какой какая какие какое сколько кто что почему есть можно ли',
  ],
  [
    'і й та а або але',
    'також ще привіт о до з на по у в за',
    'коли де куди як який яка які яке скільки хто що чому чи є можна',
  ],
  [
    'i a oraz albo ale',
    'tez takze czesc o do od na po w z za',
    'kiedy gdzie jak jaki jaka jakie ile kto co dlaczego czy macie mozna moge',
  ],
  ['ve veya ama', 'ayrica merhaba saat', 'ne nasil nerede nereye kim hangi kac neden niye var'],
  ['dan atau tapi serta', 'juga halo jam', 'apa apakah kapan dimana bagaimana berapa siapa kenapa mengapa bisakah ada'],
  ['और या लेकिन', 'भी नमस्ते', 'क्या कब कहां कहाँ कैसे कौन कितना कितने कितनी क्यों'],
  ['ו או', 'גם שלום', 'מה מתי איפה איך מי למה כמה איזה האם יש'],
  ['و أو او', 'أيضا ايضا مرحبا في', 'ما ماذا متى أين اين كيف من هل كم لماذا أي'],
  ['그리고 또', '', '언제 어디 어디서 어떻게 무엇 뭐 얼마 혹시 왜 누가'],
];

const listed = (list: string) =>
  list
    .split(' ')
    .map(keyOf)
    .filter((word) => word !== '');
const languages: Language[] = spoken.map(([conjunctions, leads, openers]) => ({
  conjunctions: new Set(listed(conjunctions)),
  leads: new Set(listed(leads)),
  openers: new Set(listed(openers)),
}));
/** Conjunction and question word written as one. */
const joined = new Set(listed('وهل ومتى وأين واين وكيف وكم ولماذا وما ומתי ואיפה ואיך וכמה והאם ויש ולמה ומה'));
const anyOpener = new Set(languages.flatMap(({ openers }) => [...openers]));
const byConjunction = new Map<string, Language[]>();
for (const language of languages) {
  for (const word of language.conjunctions) byConjunction.set(word, [...(byConjunction.get(word) ?? []), language]);
}

/** A run of white space, a word, or one other character. */
const TOKEN = /\s+|[\p{L}\p{M}\p{N}'’]+|[^]/gu;
const WORDS = /[\p{L}\p{M}\p{N}'’]+/gu;
const ASKED = /[?？؟]/;
const SPACE = /^\s/;
const LINE_BREAK = /[\n\r\u2028\u2029]/;
const WORD = /^[\p{L}\p{M}\p{N}'’]/u;
const DIGITS = /^\p{N}+$/u;
const TIGHT_END = /[。！？｡]/;
const END = /[!?…؟।‽;⁇⁈⁉]/;
const COMMA = /[,،、，]/;
const OPENING = /[¿¡]/;
const CLOSING = /["'”’»)）」』】\].]/;
/** A clause of Chinese or Japanese that asks, before a comma; one of Thai, before a space. */
const ASKS_EAST = /[か吗嗎呢么麼]$|几|幾|什么|什麼|哪|怎|多少|谁|誰|何|いつ|どこ|どう|いくら/;
const ASKS_THAI = /(?:ไหม|มั้ย|เปล่า|ครับ|คะ|ค่ะ)$/;
