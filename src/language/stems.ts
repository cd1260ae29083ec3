import { baseLanguage } from './base.ts';

/**
 * What the forms of a folded word have in common: `open` for `opening`, `opens`, `opened`. Light on purpose: it takes
 * the longest ending off that leaves three letters, and does not look at what is left.
 */
export function stemmer(language: string): (word: string) => string {
  const base = baseLanguage(language);
  const { endings, longest } = compiled(base);
  const particles = leading[base];

  return (word) => {
    let stem = word;
    if (particles && stem.length > 4) {
      const bare = stem.replace(particles, '');
      if (bare.length >= 3) stem = bare;
    }
    if (DIGIT.test(stem)) return stem;
    for (let length = Math.min(longest, stem.length - SHORTEST_STEM); length > 0; length--) {
      if (endings.has(stem.slice(-length))) {
        stem = stem.slice(0, -length);
        break;
      }
    }
    return stem.length > SHORTEST_STEM && stem.at(-1) === stem.at(-2) ? stem.slice(0, -1) : stem;
  };
}

/** Inflections and the commonest derivations, folded. */
const endings: Record<string, string> = {
  en: 'ing ings ed es s ies y e ation ations ment ments ion ions',
  es: 'os as es s o a e ar er ir ado ada ados adas ido ida idos idas ando iendo aron ieron aba abas aban ia ias ian are ara aran amos emos imos en an on cion ciones mente amente ais eis ame arme erme irme arlo arla',
  pt: 'os as es s o a e ar er ir ado ada ados adas ido ida idos idas ando endo indo aram eram ava avam ia iam amos emos imos em am ou cao coes mente oes ao aes',
  fr: 's e es er ez ent ee ees ons ait ais aient ant ante antes ants ir is it issez issons tion tions ment ements ement eur eurs euse euses al aux ale ales x if ive ives',
  it: 'i e o a are ere ire ato ata ati ate uto uta uti ute ito ita iti ite ando endo iamo ano ono ava avano eva evano ere ai zione zioni mente armi arsi ersi irsi',
  de: 'e en er em es n s t st te ten test tet et end ung ungen heit keit lich liche lichen licher liches isch ische ischen innen in est',
  nl: 'e en n s t te ten de den d ing ingen er ers je jes heid lijk lijke',
  da: 'e en er et ene erne s es r te de ede t ing ingen inger',
  sv: 'a e en er et ar or na erna arna orna s t te de ade ad ing ningen ningar n',
  no: 'e en er et ene a s es r te de ede t ing ingen inger',
  ru: 'а я о е и ы у ю й ь ой ей ом ем ам ям ах ях ами ями ов ев ого его ому ему ый ий ая яя ое ее ые ие ых их ым им ыми ими ть ти ет ит ют ят ут ат ешь ишь ете ите ем им л ла ло ли лся лась лись ся сь ться тся ать ять ить еть ию ии ия ием ость ости ение ения ению ениями ние ния нию ниям',
  uk: 'а я о е и і у ю й ь ої ею ою ом ем ам ям ах ях ами ями ів ого його ому ий ій ая яя е є і их ім им ими ти ть є ить ють ять уть еш иш ете ите в ла ло ли вся лася лися ся сь тися ти ати ити іти ію ії ія ість ості ення',
  pl: 'a e i o u y ą ę ie ia em am om ach ami ow owi ego emu ej ym im ych ich ymi imi ac ec ic yc uje aja cie cie my sz asz isz esz al ala ali aly il ila ili ily owac ania anie enia enie osc osci',
  sr: 'a e i o u om em ama ima ih im og ga oj ega iti ati eti im is e te mo la lo li le nje nja ost osti',
  tr: 'lar ler lari leri larin lerin in un i u a e ya ye yi yu da de ta te dan den tan ten nin nun im um miz muz si su yor iyor uyor iyorum yorum iyoruz iyorsunuz mak mek ma me dim din di ti du tu acak ecek abilir ebilir mi mu',
  id: 'nya kan an i lah kah ku mu',
  hi: 'ा ी े ों ें ियों ियां ियाँ ना ने नी ता ते ती कर ूंगा ूँगा ए ओ',
  ar: 'ها هم هن كم نا ات ون ين ان ه ي ك وا تم ت',
  he: 'ים ות ה י ת ך כם ו נו',
  el: 'α ε η ι ο υ ω ας ες ης ος ους ου ων οι α εις ει ουμε ετε ουν',
  fi: 'n a ssa sta lla lta lle t en in an ksi na jen ien ja ita tta',
  hu: 'k ak ek ok t at et ot ban ben nak nek ra re val vel hoz hez nal nel bol rol tol a e i',
};

/** Articles, prepositions and conjunctions that are written together with the word. */
const leading: Record<string, RegExp> = {
  ar: /^(?:و|ف)?(?:ال|بال|لل|كال)?/,
  he: /^(?:ו|ש)?(?:ה|ב|ל|מ|כ)/,
  id: /^(?:meng|mem|men|me|ber|di|ter|pe)(?=.{4})/,
};

interface Endings {
  endings: Set<string>;
  longest: number;
}

const made = new Map<string, Endings>();

function compiled(language: string): Endings {
  const known = made.get(language);
  if (known) return known;
  const list = Object.hasOwn(endings, language) ? (endings[language] ?? '').split(' ') : [];
  const now = { endings: new Set(list), longest: Math.max(0, ...list.map((ending) => ending.length)) };
  if (list.length > 0) made.set(language, now);
  return now;
}

const DIGIT = /\d/;
const SHORTEST_STEM = 3;
