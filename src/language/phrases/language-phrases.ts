/** What the bot itself says. `clarifyBetween` holds `{options}`, where the titles go. */
export interface Replies {
  /** Offers a human; to be answered with yes or no. */
  askHandover: string;
  askHandoverAgain: string;
  /** Offers a human who is there from `{when}` on: `Monday, November 30 at 9:00 AM`, in the nominative. */
  askHandoverLater: string;
  /** Offers a human, and nobody knows when one will be there. */
  askHandoverAway: string;
  /** A person will answer here. */
  handedOver: string;
  /** A person will answer here from `{when}` on. */
  handedOverLater: string;
  /** Nobody is there now; the message is kept. */
  nobodyAvailable: string;
  /** After a no to the offer. */
  continueWithBot: string;
  /** Please say it in other words. */
  clarify: string;
  clarifyBetween: string;
  /** After answers to some of many questions: please send the others again. */
  askAgain: string;
  /** The person is done, the bot is back. */
  handedBack: string;
  /** Button titles, at most 20 characters. */
  yes: string;
  no: string;
  sorryFailed: string;
}

/**
 * What one language hears and says. Adding a language is one file like this and one line in `index.ts`.
 *
 * Templates stand one per line. They may begin anywhere in a message (so never with `...`) but stay within a clause:
 * `(a|b c)` one of them, `[a]` may be missing, `{name}` one of the group of that name, `word*` any ending, `...` up to
 * three other words (six characters of Chinese or Japanese), `,` the end of the clause. Lists are divided by commas or
 * lines and are whole phrases. Write both as people spell them: case, accents and apostrophes are evened out.
 */
export interface LanguagePhrases {
  /** Groups for the templates: `a|b|c d`. They may refer to each other. */
  groups: Record<string, string>;
  /** Templates: asks for a human. */
  human: string;
  /** Templates: does not want a human. They are taken out before `human` is looked for. */
  refusesHuman: string;
  /** Templates: speaks of humans without asking for one ("are you human", "human resources"). Taken out as well. */
  notHuman: string;
  /** List: asks for a human when the message has nothing else but `courtesy` and `frame`. */
  soleHuman: string;
  /** List: may stand around a sole word ("I need an"). */
  frame: string;
  /** List: says nothing in itself ("please", "thank you"). */
  courtesy: string;
  /** List: a yes when no "no" is with it ("please"). */
  softYes: string;
  /** Lists: whole answers to an offer. */
  yes: string;
  no: string;
  /** Templates: lost patience. */
  frustration: string;
  /** Templates with a word of `frustration` that are harmless ("not bad"). Taken out first. */
  calm: string;
  /** Matches one particle at the beginning of a word, where they are written together with the word after them. */
  particles?: RegExp;
  says: Replies;
}
