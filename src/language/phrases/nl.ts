import type { LanguagePhrases } from './language-phrases.ts';

export const nl: LanguagePhrases = {
  groups: {
    talk: 'praten|spreken|chatten|bellen|overleggen|praat|spreek|chat|telefoneren|contact|contact opnemen|in contact komen|schrijven',
    link: 'verbinden|doorverbinden|doorverbonden|verbonden|doorzetten|doorgezet|doorsturen|doorschakelen|overzetten|verbind|doorverbind|overdragen',
    a: "een|de|het|n|jullie|uw|je|iemand van|een van|'n|mijn|andere|ander",
    kind: 'echte|echt|menselijke|levende|levend|andere|ander|menselijk|live|bevoegde',
    agent:
      'mens|mensen|medewerker|medewerkster|medewerkers|persoon|agent|operator|klantenservice|klantendienst|manager|leidinggevende|adviseur|vertegenwoordiger|servicemedewerker|klantenservicemedewerker|helpdesk|helpdeskmedewerker|supervisor|consulent|baliemedewerker|teamleider',
    anyone:
      'iemand|collega|baas|chef|eigenaar|verkoper|specialist|expert|technicus|monteur|personeel|team|support|personen|directeur|receptie',
    staff: '[{a}] [{kind}] ({agent}|{anyone})',
    strong: '[{a}] [{kind}] {agent}',
    soft: 'graag|even|nu|liever|direct|alstublieft|alsjeblieft|aub|ajb|meteen|gewoon|maar|eens|rechtstreeks|persoonlijk|snel',
    bot: '(bot|bots|robot|robots|machine|chatbot|computer|ai)',
    want: 'wil|wil graag|willen|zou graag|zou|graag|heb|hebben|nodig|zoek|eis|geef me|geef mij|haal|roep|stuur|liever|verlang|mag ik|kan ik|kan ik even|mag ik even',
  },
  human: `
    met {staff} ... ({talk}|{link})
    ({talk}|{link}) [me|mij|u] [{soft}] [{soft}] met {staff}
    {link} [me|mij] [{soft}] [{soft}] [door] [naar|aan|met] {staff}
    (naar|aan) {staff} ... {link}
    (verbind|zet|schakel|stuur) [me|mij] [{soft}] [door] (met|naar|aan) {staff}
    {want} [{soft}] [{soft}] {strong}
    {strong} (spreken|nodig|alstublieft|aub|ajb)
    (iemand|{strong}) [echt|anders] (spreken|te spreken|aan de lijn)
    (echt|echte|menselijke|levende|menselijk) (persoon|mens|mensen|medewerker|medewerkers|agent|contact|hulp|collega|iemand)
    (is er|zit er) [een] (iemand|{strong}) [daar|hier|echt] (daar|hier|aanwezig|beschikbaar|bereikbaar|online|die|met wie|waarmee|,)
    (kan|kunnen|wil|laat) [er] (iemand|{strong}) [me|mij] [{soft}] (bellen|terugbellen|helpen|overnemen|antwoorden|contacteren|contact opnemen)
    iemand (van|uit) (jullie|het|uw|de) (team|klantenservice|winkel|bedrijf)
    (bel|belt) [u] (me|mij) [{soft}] [terug|op|,]
    (teruggebeld|terugbellen)
    (geen|niet met een|niet met deze|genoeg van|in plaats van) [{a}|deze|die] {bot}
  `,
  refusesHuman: `
    (wil|hoef|hoeft|moet|zou|hoeven|willen|heb|ga) [ik] [{soft}|liever|eigenlijk|absoluut] niet [meer|per se] [met|naar|aan] {staff}
    (liever|bitte|svp) niet [met|naar] {staff}
    (geen|niet) {staff} (nodig|spreken)
    geen {strong}
    (verbind|zet|stuur) [me|mij] [{soft}] niet [door] (met|naar|aan) {staff}
    zonder [met] {staff}
    niet met {staff} ({talk}|{link})
  `,
  notHuman: `
    (ben|bent|is|zijn) (je|jij|u|dit|dat|er|jullie) [echt|nu|wel|eigenlijk|gewoon] [{a}] [{kind}] (mens|persoon|medewerker|{bot})
    (praat|spreek|chat|praten|spreken) (ik|we) [nu|hier|eigenlijk|echt] [wel] met {staff}
    (jij|je|u) (bent|ben) [{a}|geen] [{kind}] (mens|persoon|{bot}|medewerker)
    ik ben {staff}
    per persoon
    menselijke (fout|fouten|resources)
    (openingstijden|telefoonnummer|nummer|adres|email|mail) (van|voor) {staff}
    (reis|makelaar|verzekerings) agent
    ({agent}) (worden|vacature|vacatures)
    personeelszaken
  `,
  soleHuman: `
    mens, medewerker, medewerkster, persoon, agent, operator, klantenservice, klantendienst, manager, adviseur,
    echt persoon, echte persoon, echt mens, echte mens, live chat, helpdesk, menselijke hulp, iemand spreken,
    een mens, vertegenwoordiger, leidinggevende, servicemedewerker, supervisor, echte medewerker, baas
  `,
  frame: `
    een, de, met, ik, wil, graag, nu, direct, meteen, nodig, ik wil, ik wil graag, geef me, geef mij, spreken,
    praten, snel, geen bot, geen robot, echte, echt, heb, dringend, mag ik, kan ik, alleen, liever
  `,
  courtesy: `
    alstublieft, alsjeblieft, aub, ajb, a u b, svp, dank u, dank je, dankjewel, dank je wel, dank u wel, bedankt,
    thanks, hartelijk dank, dankuwel, hallo, hoi, hey, hi, goedemorgen, goedemiddag, goedenavond, goedendag, dag,
    meneer, mevrouw, nou, hmm, eh, uh, dan, even, hoor, maar, groetjes
  `,
  softYes: 'alstublieft, alsjeblieft, aub, ajb',
  yes: `
    ja, j, jaa, jaja, jep, jup, jawel, ja hoor, ja graag, graag, heel graag, ok, okay, oke, oké, okee, okidoki,
    prima, goed, is goed, dat is goed, dat is prima, goed idee, zeker, zeker weten, jazeker, natuurlijk, uiteraard,
    tuurlijk, absoluut, precies, klopt, juist, correct, akkoord, eens, best, perfect, top, super, fijn, mooi,
    doe maar, doe dat maar, doe dat, ga je gang, ga uw gang, vooruit, waarom niet, dat wil ik, dat wil ik graag,
    ik wil, ik wil wel, wil ik wel, wil ik graag, dat zou fijn zijn, dat zou mooi zijn, dat zou top zijn,
    zou fijn zijn, lijkt me goed, lijkt me een goed idee, met plezier, als dat kan, als het kan,
    verbind me maar door, verbind me door, dat is oké, helemaal goed, yes, sure, inderdaad, liever wel, vind ik goed
  `,
  no: `
    nee, n, nee hoor, neen, nope, nee bedankt, nee dank je, nee dank u, nee dankjewel, bedankt nee, niet nu, nu niet,
    nog niet, liever niet, beter van niet, niet nodig, is niet nodig, dat is niet nodig, dat hoeft niet, hoeft niet,
    hoeft niet hoor, niet echt, nooit, absoluut niet, zeker niet, natuurlijk niet, helemaal niet, echt niet,
    geen behoefte, heb ik niet nodig, ik hoef niet, wil ik niet, dat wil ik niet, ik wil niet, ik wil het niet,
    laat maar, laat zitten, vergeet het, vergeet het maar, later, misschien later, een andere keer, andere keer,
    annuleer, annuleren, stop, doe maar niet, doe dat niet, ik wacht, ik wacht wel, ik kan wachten, ga door,
    doorgaan, verder, verder met de bot, ga maar verder, gaat zo wel, het gaat zo, zo is het goed, vandaag niet,
    ik denk het niet, denk het niet, geen interesse, no, nah, geenszins, in geen geval
  `,
  frustration: `
    (nutteloos|nutteloze|belachelijk|belachelijke|onacceptabel|schandalig|schandalige|waardeloos|waardeloze|verschrikkelijk|vreselijk|bespottelijk|idioot|om te janken|triest|hopeloos|dramatisch)
    (gefrustreerd|frustrerend|woedend|boos|kwaad|geïrriteerd|irritant|pissig|pisnijdig|razend|teleurgesteld|ergerlijk)
    (godverdomme|verdomme|kut|klote|kutbot|shit|fuck|fucking|idioten|sukkel|sukkels|eikel|debiel|debielen|achterlijk|achterlijke|lul|wtf|bullshit|hufters)
    (kanker|tering|tyfus) (bot|zooi|winkel|bedrijf|service|zooitje)
    (stomme|domme|stom|rot) (bot|robot|chatbot|computer|ding)
    (slechte|slechtste|beroerde|slecht) (service|klantenservice|ervaring|winkel|bedrijf|bediening)
    (tijdverspilling|verspilling van mijn tijd|verspil|zonde van mijn tijd)
    (oplichters|oplichting|opgelicht|oplichterij|zwendel|afzetters)
    (ben|word) [ik|het] [er|het] [nu|zo|helemaal|echt] (zat|beu|klaar mee|moe van|gek van)
    (je|jij|u|jullie) (begrijpt|begrijp|helpt|help|snapt|snap|luistert|luisteren|begrijpen|snappen|helpen) [me|mij|er|het] [helemaal|echt] (niet|niks|niets)
    (niemand|nooit iemand) (antwoordt|reageert|helpt|belt|neemt)
    (hoe vaak|voor de derde keer|voor de vierde keer|voor de tiende keer|voor de zoveelste keer|voor de laatste keer)
    (heb ik|ik heb) [je|u|jullie] [dat|het|dit] [toch] al [drie keer|vaker|meerdere keren] (gezegd|verteld|gevraagd|uitgelegd|geschreven)
    (wacht|wachten) ... (uren|dagen|weken|maanden|eeuwen|uur)
    ik haat (dit|deze|jullie|het|die)
    dit slaat nergens op
    dat (vroeg|vraag) ik niet
  `,
  calm: `
    (niet|geen) [zo|echt|meer|heel] (boos|kwaad|slecht|verschrikkelijk|vreselijk|geïrriteerd|teleurgesteld)
    (domme|stomme) vraag
    (wacht|wachten) [even] [een] uur
  `,
  says: {
    askHandover: 'Wilt u dat iemand van ons team u hier verder helpt? Antwoord gewoon met ja of nee.',
    askHandoverAgain:
      'Sorry, dat was me niet helemaal duidelijk. Zal ik iemand van ons team erbij halen? Antwoord alstublieft met ja of nee.',
    askHandoverLater:
      'Ons team is er nu niet, wel weer vanaf {when}. Zal ik uw vraag aan iemand doorgeven? Antwoord alstublieft met ja of nee.',
    askHandoverAway:
      'Op dit moment is er niemand van ons team vrij. Zal ik uw vraag doorgeven, zodat iemand later antwoordt? Antwoord met ja of nee.',
    handedOver: 'Dank u wel! Iemand van ons team antwoordt u hier in deze chat.',
    handedOverLater: 'Ons team is er nu niet. Uw bericht is bewaard en iemand antwoordt u hier vanaf {when}.',
    nobodyAvailable:
      'Op dit moment is er niemand van ons team vrij. Uw bericht is bewaard en we antwoorden u hier zodra we kunnen.',
    continueWithBot: 'Prima, ik blijf hier voor u. Wat wilt u graag weten?',
    clarify: 'Sorry, dat begreep ik niet helemaal. Kunt u het anders zeggen?',
    clarifyBetween: 'Wat bedoelt u: {options}?',
    askAgain: 'Dit zijn antwoorden op een deel van uw vragen. Stuur mij de andere alstublieft nog een keer.',
    handedBack: 'U praat nu weer met onze assistent. Waarmee kan ik helpen?',
    yes: 'Ja, graag',
    no: 'Nee, bedankt',
    sorryFailed: 'Sorry, er ging iets mis aan onze kant. Probeer het zo nog eens.',
  },
};
