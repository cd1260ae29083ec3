import { baseLanguage } from './base.ts';
import { phraseBook, readPhrases, type PhraseBook } from './phrase-book.ts';
import { phrases } from './phrases/index.ts';
import type { LanguagePhrases } from './phrases/language-phrases.ts';
import { spell } from './spell.ts';
import { compileTemplates, takeOut, type Templates } from './templates.ts';
import { elides } from './words.ts';

export type Consent = 'yes' | 'no' | 'unclear';

/**
 * True when the contact wants a human: "can I talk to someone", or just "agent, please". Asking whether the bot is
 * human, "human resources" and "I don't want to talk to a person" are no such wish. `language` is the tenant's; the
 * others count, too, but with their sentences only, for `chef` is a boss in one language and a cook in another.
 */
export function asksForHuman(text: string, language: string): boolean {
  const message = read(text);
  const [own, ...others] = listeners(language, message);
  return asks(own, message, true) || others.some((other) => asks(other, message, isForeign(message, own.language)));
}

/**
 * The answer to an offer. Only a message that says yes or no and nothing else counts: a question, a condition
 * ("yes but first ...") and both words at once are unclear. Saying that one wants a human, or does not, is an answer,
 * too. The tenant's language goes first, then any other in which the whole message is a yes or a no.
 */
export function readConsent(text: string, language: string): Consent {
  if (QUESTION.test(text)) return 'unclear';
  const message = read(text);
  const [own, ...others] = listeners(language, message);

  const plain = plainAnswer(own, message);
  if (plain !== null) return plain;
  const foreign = new Set(others.map((other) => plainAnswer(other, message)).filter((answer) => answer !== null));
  const [answer] = foreign;
  if (answer !== undefined) return foreign.size === 1 ? answer : 'unclear';

  if (isYesToHuman(own, message)) return 'yes';
  const { marks } = readPhrases(message.in(own), own.consent);
  if ([own, ...others].some((each) => each.refusesHuman.find(message.in(each)))) {
    return marks.has('yes') ? 'unclear' : 'no';
  }
  return !marks.has('no') && asksForHuman(text, language) ? 'yes' : 'unclear';
}

/**
 * True for words of anger or exasperation, or for two or more of: three shouted words, `!!!`, `???`. Of languages in
 * Latin letters that are not the tenant's, only phrases of two words and more count: the worst is a sausage in Dutch.
 */
export function isFrustrated(text: string, language: string): boolean {
  if (Number(isShouted(text)) + Number(/[!！]{3}/.test(text)) + Number(/[?？؟]{3}/.test(text)) >= 2) return true;
  const message = read(text);
  const [own, ...others] = listeners(language, message);
  if (angryWords(own, message) > 0) return true;
  const least = message.has(LATIN) ? 2 : 1;
  return others.some((other) => angryWords(other, message) >= least);
}

/** One language, made ready for listening. */
interface Listener {
  language: string;
  /** Whether its words end at an apostrophe. */
  elides: boolean;
  human: Templates;
  refusesHuman: Templates;
  notHuman: Templates;
  frustration: Templates;
  calm: Templates;
  soleHuman: PhraseBook<'human' | 'around'>;
  consent: PhraseBook<'yes' | 'softYes' | 'no' | 'courtesy'>;
}

/** A message, spelled for each language when first asked for. */
interface Message {
  text: string;
  in(listener: Listener): string[];
  /** Whether anything of it is written in this script; looked at once for each script. */
  has(script: RegExp): boolean;
  /** See `listeners`, by the tenant's language. */
  heardBy: Map<string, [Listener, ...Listener[]]>;
}

function asks(listener: Listener, message: Message, soleWords: boolean): boolean {
  const spelled = message.in(listener);
  const { human, refusesHuman, notHuman } = listener;
  if (human.mayFind(spelled) && human.find(takeOut(refusesHuman, takeOut(notHuman, spelled)))) return true;
  if (!soleWords || spelled.length > SOLE_LENGTH) return false;
  const reading = readPhrases(spelled, listener.soleHuman);
  return reading.marks.has('human') && !reading.rest;
}

/** Null when the message is no plain yes or no in this language. */
function plainAnswer(listener: Listener, message: Message): Consent | null {
  const { marks, rest } = readPhrases(message.in(listener), listener.consent);
  const no = marks.has('no') || NO_SIGN.test(message.text);
  const yes = marks.has('yes') || YES_SIGN.test(message.text) || (marks.has('softYes') && !no);
  if (yes && no) return 'unclear';
  if (rest || (!yes && !no)) return null;
  return yes ? 'yes' : 'no';
}

/** "Yes please, a person": a yes, what was offered, and nothing else. */
function isYesToHuman(listener: Listener, message: Message): boolean {
  const { consent, soleHuman } = listener;
  const both = new Map<string, string>([...soleHuman.phrases, ...consent.phrases]);
  const firstWords = soleHuman.firstWords.union(consent.firstWords);
  const book = { phrases: both, firstWords, particles: soleHuman.particles };
  const { marks, rest } = readPhrases(message.in(listener), book);
  return !rest && marks.has('yes') && marks.has('human') && !marks.has('no');
}

/** How many words a phrase of anger takes; 0 when there is none. */
function angryWords(listener: Listener, message: Message): number {
  const spelled = message.in(listener);
  if (!listener.frustration.mayFind(spelled)) return 0;
  const found = listener.frustration.find(takeOut(listener.calm, spelled));
  return found ? found.end - found.start : 0;
}

/** Three words or more in capitals, and most of the message: a text with `NASA` in it is not shouted. */
function isShouted(text: string): boolean {
  const all = text.slice(0, 2_000).match(/\p{L}[\p{L}\p{M}'’]+/gu) ?? [];
  const shouted = all.filter((word) => word === word.toUpperCase() && word !== word.toLowerCase());
  return shouted.length >= 3 && shouted.length * 2 > all.length;
}

/** Whether nothing of the message is written in the script of the language. */
const isForeign = (message: Message, language: string): boolean => !message.has(scripts[language] ?? LATIN);

const LATIN = /\p{sc=Latin}/u;

const scripts: Record<string, RegExp> = {
  ru: /\p{sc=Cyrillic}/u,
  uk: /\p{sc=Cyrillic}/u,
  ar: /\p{sc=Arabic}/u,
  he: /\p{sc=Hebrew}/u,
  hi: /[\p{sc=Devanagari}\p{sc=Latin}]/u,
  zh: /\p{sc=Han}/u,
  ja: /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}]/u,
};

/** Several things are asked of a text, one after the other: it is read once for all of them. */
function read(text: string): Message {
  if (lastRead.text !== text) lastRead = newMessage(text);
  return lastRead;
}

let lastRead = newMessage('');

function newMessage(text: string): Message {
  // Languages differ in what they do with an apostrophe, so two spellings serve them all.
  const spellings = new Map<boolean, string[]>();
  const inScript = new Map<RegExp, boolean>();
  return {
    text,
    in({ elides: way, language }) {
      const known = spellings.get(way) ?? spell(text, language);
      spellings.set(way, known);
      return known;
    },
    has(script) {
      const known = inScript.get(script) ?? script.test(text);
      inScript.set(script, known);
      return known;
    },
    heardBy: new Map(),
  };
}

const ready = new Map<string, Listener>();

/** The tenant's language first, English where we do not know it; then those that the message could be written in. */
function listeners(language: string, message: Message): [Listener, ...Listener[]] {
  const base = baseLanguage(language);
  const own = phrases.has(base) ? base : 'en';
  const known = message.heardBy.get(own);
  if (known) return known;
  const others = [...phrases.keys()].filter((code) => code !== own && !isForeign(message, code));
  const all: [Listener, ...Listener[]] = [listenerOf(own), ...others.map(listenerOf)];
  message.heardBy.set(own, all);
  return all;
}

/** Made when a message first comes in, for making all of them takes a moment that start-up should not pay. */
function listenerOf(language: string): Listener {
  const known = ready.get(language);
  if (known) return known;
  const heard = phrases.get(language);
  if (!heard) throw new Error(`nobody has written down the language ${language}`);
  const made = makeListener(language, heard);
  ready.set(language, made);
  return made;
}

function makeListener(language: string, heard: LanguagePhrases): Listener {
  const vocabulary = { language, groups: heard.groups, particles: heard.particles };
  const compile = (block: string) => compileTemplates(block, vocabulary);
  return {
    language,
    elides: elides(language),
    human: compile(heard.human),
    refusesHuman: compile(heard.refusesHuman),
    notHuman: compile(heard.notHuman),
    frustration: compile(heard.frustration),
    calm: compile(heard.calm),
    soleHuman: phraseBook<'human' | 'around'>(
      language,
      [
        ['around', heard.courtesy],
        ['around', heard.frame],
        ['human', heard.soleHuman],
      ],
      heard.particles,
    ),
    consent: phraseBook<'yes' | 'softYes' | 'no' | 'courtesy'>(language, [
      ['courtesy', heard.courtesy],
      ['yes', heard.yes],
      ['softYes', heard.softYes],
      ['no', heard.no],
    ]),
  };
}

/** A sole word stands in a short message, or it is one word of many. */
const SOLE_LENGTH = 16;
const QUESTION = /[?？؟]/;
const YES_SIGN = /[👍👌✅✔☑🆗💯🙆]/u;
const NO_SIGN = /[👎❌✖❎🚫⛔🙅]/u;
