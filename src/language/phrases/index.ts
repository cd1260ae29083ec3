import { ar } from './ar.ts';
import { de } from './de.ts';
import { en } from './en.ts';
import { es } from './es.ts';
import { fr } from './fr.ts';
import { he } from './he.ts';
import { hi } from './hi.ts';
import { id } from './id.ts';
import { it } from './it.ts';
import { ja } from './ja.ts';
import type { LanguagePhrases } from './language-phrases.ts';
import { nl } from './nl.ts';
import { pl } from './pl.ts';
import { pt } from './pt.ts';
import { ru } from './ru.ts';
import { tr } from './tr.ts';
import { uk } from './uk.ts';
import { zh } from './zh.ts';

/** Every language the house speaks, by ISO 639-1 code. */
export const phrases = new Map<string, LanguagePhrases>(
  Object.entries({ en, es, fr, de, pt, it, nl, ru, uk, pl, tr, ar, he, hi, id, zh, ja }),
);
