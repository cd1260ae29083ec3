import { spell } from './spell.ts';

export interface Templates {
  /** Where the first template that fits begins and ends among spelled words, the longest of those that begin there. */
  find(spelled: string[], from?: number): { start: number; end: number } | null;
  /** False where no word begins a template, and so nothing would be found, whatever is taken out before. */
  mayFind(spelled: string[]): boolean;
}

interface Vocabulary {
  language: string;
  groups: Record<string, string>;
  /** Matches the particles before a word, where a language writes them together with it. */
  particles?: RegExp;
}

/**
 * Makes a block of templates (see `LanguagePhrases`) ready for use. They become one automaton that goes over the
 * words, not a regular expression: V8 takes a tenth of a second to compile one of this size, and there is no text
 * that makes an automaton go back and try again.
 */
export function compileTemplates(block: string, vocabulary: Vocabulary): Templates {
  const root = newState();
  const end = newState();
  const parse = parser(vocabulary);
  for (const line of block.split('\n')) if (line.trim() !== '') connect(root, parse(line), end);
  const start = closure([root]);
  const { particles } = vocabulary;
  const read = (word: string) => (particles ? [word, ...withoutParticles(word, particles)] : [word]);

  // Most words of a message begin no template, and that has to be known at once.
  const firstWords = new Set(start.flatMap((state) => [...state.words.keys()]));
  const beginnings = Map.groupBy(
    start.flatMap((state) => state.beginnings.map(([beginning]) => beginning)),
    (beginning) => beginning.charAt(0),
  );
  const begins = (word: string) =>
    firstWords.has(word) || beginnings.get(word.charAt(0))?.some((beginning) => word.startsWith(beginning)) === true;
  const mayBegin = particles ? (word: string) => read(word).some(begins) : begins;

  function longest(spelled: string[], from: number): number {
    let states = start;
    let found = -1;
    for (let at = from; at < spelled.length && states.length > 0; at++) {
      states = closure(read(spelled[at] ?? '').flatMap((word) => step(states, word)));
      if (states.includes(end)) found = at + 1;
    }
    return found;
  }

  return {
    find(spelled, from = 0) {
      for (let at = from; at < spelled.length; at++) {
        if (!mayBegin(spelled[at] ?? '')) continue;
        const found = longest(spelled, at);
        if (found > at) return { start: at, end: found };
      }
      return null;
    },
    mayFind: (spelled) => spelled.some(mayBegin),
  };
}

/** The words without what fits a template; a clause ends where something was taken out. */
export function takeOut(templates: Templates, spelled: string[]): string[] {
  let found = templates.find(spelled);
  if (!found) return spelled;
  const rest: string[] = [];
  let from = 0;
  for (; found; found = templates.find(spelled, from)) {
    rest.push(...spelled.slice(from, found.start), ',');
    from = found.end;
  }
  return rest.concat(spelled.slice(from));
}

type Part =
  | { word: string; open: boolean }
  | { sequence: Part[] }
  | { oneOf: Part[] }
  | { maybe: Part }
  | { upTo: number };

/** Reads templates. A group is read once and used wherever it is named. */
function parser({ language, groups }: Vocabulary): (template: string) => Part {
  const known = new Map<string, Part>();
  const gap = ideographic.has(language) ? 6 : 3;

  function group(name: string): Part {
    const body = groups[name];
    if (body === undefined) throw new Error(`${language} has no group {${name}}`);
    const part = known.get(name) ?? parse(body);
    known.set(name, part);
    return part;
  }

  function parse(template: string): Part {
    const tokens = template.match(TOKEN) ?? [];
    let at = 0;

    function alternatives(close: string | undefined): Part {
      const oneOf: Part[] = [];
      let sequence: Part[] = [];
      for (; at < tokens.length && tokens[at] !== close; at++) {
        const token = tokens[at] ?? '';
        if (token === '|') {
          oneOf.push({ sequence });
          sequence = [];
        } else sequence.push(...one(token));
      }
      if (tokens[at] !== close) throw new Error(`${language}: ${close} is missing in ${template}`);
      return { oneOf: [...oneOf, { sequence }] };
    }

    function one(token: string): Part[] {
      if (token === '(' || token === '[') {
        at++;
        return token === '(' ? [alternatives(')')] : [{ maybe: alternatives(']') }];
      }
      if (token === '...') return [{ upTo: gap }];
      if (token === ',') return [{ word: ',', open: false }];
      if (token.startsWith('{')) return [group(token.slice(1, -1))];
      const open = token.endsWith('*');
      const spelled = spell(token, language).slice(0, -1);
      return spelled.map((word, index) => ({ word, open: open && index === spelled.length - 1 }));
    }

    return alternatives(undefined);
  }

  return parse;
}

interface State {
  /** Where a word leads, and where a word that begins with these letters does. */
  words: Map<string, State[]>;
  beginnings: [string, State][];
  anyWord: State[];
  /** Where one is already without a word. */
  free: State[];
}

const newState = (): State => ({ words: new Map(), beginnings: [], anyWord: [], free: [] });

/** Adds the ways from one state to another that a part allows. */
function connect(from: State, part: Part, to: State): void {
  if ('oneOf' in part) for (const each of part.oneOf) connect(from, each, to);
  else if ('maybe' in part) {
    connect(from, part.maybe, to);
    from.free.push(to);
  } else if ('upTo' in part) {
    from.free.push(to);
    for (let left = part.upTo, last = from; left > 0; left--) {
      const next = left === 1 ? to : newState();
      last.anyWord.push(next);
      if (next !== to) next.free.push(to);
      last = next;
    }
  } else if ('word' in part) {
    if (part.open) from.beginnings.push([part.word, to]);
    const known = from.words.get(part.word);
    if (known) known.push(to);
    else from.words.set(part.word, [to]);
  } else {
    let last = from;
    for (const [index, each] of part.sequence.entries()) {
      const next = index === part.sequence.length - 1 ? to : newState();
      connect(last, each, next);
      last = next;
    }
  }
}

function step(states: State[], word: string): State[] {
  const next: State[] = [];
  for (const state of states) {
    const known = state.words.get(word);
    if (known) next.push(...known);
    for (const [beginning, to] of state.beginnings) if (word.startsWith(beginning)) next.push(to);
    if (word !== ',') next.push(...state.anyWord);
  }
  return next;
}

/** The states and all that are reached from them without a word. */
function closure(states: State[]): State[] {
  const all = new Set(states);
  for (const state of all) for (const next of state.free) all.add(next);
  return [...all];
}

/** A word with one, two and three particles taken off: `وبالموظف` is `بالموظف` and `موظف`. */
export function withoutParticles(word: string, particles: RegExp): string[] {
  const found: string[] = [];
  for (let left = 3, rest = word; left > 0; left--) {
    const bare = rest.replace(particles, '');
    if (bare === rest || bare.length < 2) break;
    found.push(bare);
    rest = bare;
  }
  return found;
}

const TOKEN = /\{\w+\}|\.\.\.|[()[\]|,]|[^\s()[\]|{},]+/g;
const ideographic = new Set(['zh', 'ja']);
