import type { LanguagePhrases } from './language-phrases.ts';

export const pl: LanguagePhrases = {
  groups: {
    talk: 'porozmawiać|rozmawiać|pogadać|gadać|pomówić|mówić|czatować|skontaktować|skontaktować się|rozmowę|rozmowa|rozmowy|kontakt|popisać|porozmawiam',
    link: 'połącz|połączcie|połączyć|połączenie|przełącz|przełączcie|przełączyć|przekieruj|przekierować|przekaż|przekazać|skontaktuj|skontaktujcie|łącz|przepnij|przerzuć|proszę połączyć',
    linking: 'łączyć|przełączać|przekierowywać|wołać|wzywać|prosić|przekazywać|angażować',
    call: 'zawołaj|zawołajcie|daj|dajcie|daj mi|dajcie mi|poproś|poproszę|proszę o|wezwij|sprowadź|dawaj|poprosić',
    kind: 'żywy|żywego|żywym|żywą|żywej|prawdziwy|prawdziwego|prawdziwym|prawdziwą|prawdziwej|realny|realnego|realnym|ludzki|innym|inną|waszym|waszego|jakimś|jakąś|kompetentnym|obsługi|obsługą',
    agent:
      'człowiek|człowieka|człowiekiem|człowiekowi|osoba|osobę|osoby|osobą|konsultant|konsultanta|konsultantem|konsultantką|konsultantowi|pracownik|pracownika|pracownikiem|pracownikowi|operator|operatora|operatorem|agent|agenta|agentem|przedstawiciel*|menedżer*|menadżer*|manager|managera|managerem|kierownik|kierownika|kierownikiem|doradca|doradcą|doradcę|doradcy|obsługa klienta|obsługą klienta|obsługi klienta|obsługę klienta|biurem obsługi|infolinia|infolinią',
    anyone:
      'kimś|ktoś|kogoś|kimkolwiek|szef*|przełożon*|specjalist*|właściciel*|ludźmi|ludzi|technikiem|sprzedawc*|ekspert*|dyrektor*|zespołem',
    staff: '[{kind}] [{kind}] ({agent}|{anyone})',
    strong: '[{kind}] [{kind}] {agent}',
    soft: 'proszę|mnie|mi|nas|już|teraz|pilnie|może|raczej|wolę|lepiej|się|od razu|bezpośrednio|najlepiej|natychmiast|tylko',
    bot: '(bot|bota|botem|boty|botów|botami|robot|robota|robotem|roboty|robotami|maszyna|maszyną|maszyny|chatbot|chatbota|chatbotem|automat|automatem|automatu|komputerem|sztuczną inteligencją)',
    want: 'chcę|chce|chciałbym|chciałabym|chcemy|potrzebuję|potrzebuje|potrzebny|potrzebna|potrzeba|wolę|wolałbym|wolałabym|żądam|proszę|poproszę|poproszę o|proszę o|mogę prosić|mogę|można|szukam|domagam się',
  },
  human: `
    {talk} [{soft}] [{soft}] (z|ze|do) {staff}
    (z|ze) {staff} [{soft}] [chcę|chciałbym|chciałabym|mogę|można|muszę] [{soft}] ({talk}|{link})
    {link} [{soft}] [{soft}] [rozmowę|czat] (z|ze|do|na) {staff}
    {call} [{soft}] {staff}
    {want} [{soft}] [{soft}] [o] [pomoc|pomocy|rozmowę z|rozmowy z] {strong}
    (żywy|żywego|żywym|żywą|żywej|prawdziwy|prawdziwego|prawdziwym|prawdziwą|prawdziwa|prawdziwej|realny|realnym|realną) (człowiek*|osob*|konsultant*|pracownik*|operator*|agent*|ludźmi)
    {strong} (proszę|potrzebny|potrzebuję|natychmiast)
    czy jest [tam|tu|tutaj] (ktoś|{strong}) [żywy|tam|tu|dostępny|kto]
    (oddzwońcie|oddzwoń|zadzwońcie|zadzwoń|proszę oddzwonić|proszę zadzwonić|proszę o kontakt telefoniczny|proszę o telefon)
    (ktoś|kogoś) [z] (waszego|obsługi|was|zespołu|państwa) [zespołu|zadzwonić|odpisać|klienta]
    (nie chcę|dość|mam dość|zamiast) [już|więcej] [{talk} z] [tego|tym|tych|z] {bot}
  `,
  refusesHuman: `
    nie (chcę|chce|potrzebuję|potrzebuje|muszę|trzeba|chciałbym|chciałabym|potrzeba|zamierzam|ma potrzeby|musisz|planuję|życzę sobie) [{soft}|już] [{talk}|{link}|{call}|{linking}] [{soft}] [z|ze|do|na] {staff}
    nie ({link}|łącz|łączcie|przełączaj|przełączajcie|przekierowuj|wołaj) [{soft}] [z|ze|do|na] {staff}
    bez [udziału|rozmowy z|pomocy|kontaktu z|konieczności rozmowy z] {staff}
    (tylko nie|wolę nie|wolałbym nie|lepiej nie) [{talk}|{link}] [z|ze|do] {staff}
    {strong} nie (potrzebny|potrzeba|potrzebuję|jest potrzebny)
  `,
  notHuman: `
    (jesteś|czy jesteś|jest|czy to|to|czy pan jest|czy pani jest) [ty|naprawdę|na pewno|może|tu] [{kind}] (człowiek|człowiekiem|osoba|osobą|konsultantem|operatorem|{bot})
    (rozmawiam|czy rozmawiam|piszę|gadam) [teraz|tutaj|naprawdę] (z|ze) {staff}
    (zasoby|prawa|błąd|czynnik|ciało) (ludzkie|człowieka|ludzki)
    jestem {staff}
    (na|za|od|dla) [jedną|jednej|dwie] (osobę|osoby|osób)
    agent* (nieruchomości|ubezpieczeniowy|ubezpieczeniowego|turystyczny|celny)
    (praca|pracę|zostać|oferta pracy|etat|zarobki) [jako|na stanowisku] {staff}
    (godziny|numer|telefon|adres|email|mail) [pracy] [do] {staff}
    jedna osoba
  `,
  soleHuman: `
    człowiek, człowieka, z człowiekiem, konsultant, konsultanta, z konsultantem, pracownik, operator, agent, osoba,
    żywy człowiek, żywa osoba, prawdziwa osoba, prawdziwy człowiek, przedstawiciel, menedżer, manager, kierownik,
    doradca, obsługa klienta, biuro obsługi klienta, z kimś, infolinia, żywy konsultant, z operatorem,
    z pracownikiem, szef, kierownika
  `,
  frame: `
    z, ze, chcę, chciałbym, chciałabym, potrzebuję, poproszę, proszę o, daj, dajcie, teraz, już, natychmiast, pilnie,
    szybko, mi, ja, połącz, rozmowa, rozmowę, nie bot, nie robot, nie bota, mogę, żywego, prawdziwego, o
  `,
  courtesy: `
    proszę, prosze, poproszę, dziękuję, dziękuje, dzięki, dzieki, dziękuję bardzo, bardzo dziękuję, z góry dziękuję,
    wielkie dzięki, dzień dobry, dobry wieczór, cześć, hej, witam, siema, pan, pani, panie, no, to, więc, hmm, eee,
    bardzo, pozdrawiam, uprzejmie proszę, bardzo proszę, a, w takim razie
  `,
  softYes: 'proszę, poproszę, bardzo proszę, no',
  yes: `
    tak, t, tak tak, no tak, tak proszę, ok, okej, okay, oki, okey, dobra, dobrze, dobrze proszę, w porządku, zgoda,
    zgadzam się, jasne, oczywiście, pewnie, no pewnie, naturalnie, z pewnością, na pewno, zdecydowanie, absolutnie,
    dokładnie, zgadza się, racja, poprawnie, słusznie, świetnie, super, idealnie, doskonale, znakomicie, chętnie,
    bardzo chętnie, z przyjemnością, czemu nie, dlaczego nie, jak najbardziej, owszem, ta, tia, taak, mhm, aha,
    no jasne, no dobra, chcę, chciałbym, chciałabym, proszę bardzo, byłoby miło, byłoby super, byłoby dobrze,
    byłoby świetnie, niech będzie, może być, dawaj, dajesz, śmiało, zrób to, proszę to zrobić, potrzebuję,
    połącz mnie, proszę połączyć, połącz, akceptuję, potwierdzam, dobry pomysł, yes, jeśli można, jeśli to możliwe,
    wolałbym, wolałabym, wolę tak, pasuje, git, spoko
  `,
  no: `
    nie, n, nie nie, niee, nope, nie dziękuję, nie dzięki, dziękuję nie, nie teraz, teraz nie, jeszcze nie,
    nie trzeba, nie potrzeba, nie potrzebuję, nie ma potrzeby, nie ma takiej potrzeby, nie chcę, ja nie chcę,
    nie chciałbym, raczej nie, lepiej nie, wolę nie, wolałbym nie, wcale nie, absolutnie nie, nigdy,
    w żadnym wypadku, oczywiście że nie, na pewno nie, skąd, skądże, ależ skąd, bynajmniej, niekoniecznie, nieważne,
    nie szkodzi, na razie nie, narazie nie, póki co nie, później, potem, może później, innym razem, kiedy indziej,
    zostaw, zostaw to, zapomnij, proszę zapomnieć, anuluj, anulować, stop, dość, przestań, poczekam, zaczekam,
    mogę poczekać, kontynuuj, kontynuujmy, kontynuować, dalej, zostanę z botem, nie dzisiaj, dzisiaj nie, nie sądzę,
    nie wydaje mi się, nie interesuje mnie, obejdzie się, dam sobie radę, poradzę sobie, nie rób tego, nie łącz
  `,
  frustration: `
    (beznadziejn*|bezużyteczn*|niedopuszczaln*|żałosn*|tragiczn*|tragedia|skandal|skandaliczn*|okropn*|straszne|fatalny|fatalna|fatalne|absurd|kpina|kpicie|śmieszne|żenada|żenujące|masakra|porażka|dno)
    (sfrustrowan*|frustrujące|wściekły|wściekła|wkurzony|wkurzona|wkurza|wkurzacie|wkurwia|wkurwiony|wkurwiona|zdenerwowany|zdenerwowana|denerwuje|denerwujące|zirytowan*|irytuje|irytujące|zły na|zła na|rozczarowan*)
    (kurwa|kurwy|cholera|cholerny|cholerna|cholerne|pierdol*|spierdal*|chuj|chujowy|chujowa|gówno|gówniany|dupa|idiota|idioci|debil|debile|debilny|głupi bot|kretyn*|jebany|jebane|jebać|wtf)
    (najgorsz*|zły|zła|słaba|kiepska) (obsługa|obsługi|obsługę|serwis|firma|sklep|doświadczenie)
    (strata|marnowanie|marnujecie|marnujesz|tracę) [mojego|mój] (czasu|czas)
    (oszustwo|oszuści|oszukany|oszukana|oszustów|złodzieje|naciągacze|wyłudzenie)
    (mam|mamy) [już|tego] [tego] (dość|dosyć|po dziurki w nosie)
    (nic|niczego|wcale|w ogóle) [mnie] nie (rozumiesz|rozumiecie|pomagasz|pomagacie|słuchasz|słuchacie|działa)
    nie (rozumiesz|rozumiecie|słuchasz|słuchacie|pomagasz|pomagacie) [mnie|mi]
    nikt [mi|do mnie] nie (odpowiada|odpisuje|pomaga|oddzwania|odbiera|reaguje|odpowiedział|oddzwonił)
    (ile razy|po raz trzeci|po raz czwarty|po raz dziesiąty|po raz kolejny|po raz ostatni|setny raz)
    już [ci|wam|to|państwu] [to] (mówiłem|mówiłam|pisałem|pisałam|powiedziałem|powiedziałam|tłumaczyłem)
    (czekam|czekamy|czekać) ... (godzinę|godzin|godziny|dni|tydzień|tygodni|tygodnie|miesiąc|wieki|wieczność)
    nienawidzę (tego|was|waszego|tej)
    nie o to (pytałem|pytałam|pytam|chodzi)
  `,
  calm: `
    (nie|nic) [jest|jestem|aż|tak] [aż|tak] (zły|zła|straszne|okropn*|wściekły|zdenerwowany|tragiczn*)
    głupie pytanie
    (zgłosić|uniknąć) oszustwo
  `,
  says: {
    askHandover: 'Czy chcesz, żeby pomógł Ci ktoś z naszego zespołu? Odpowiedz po prostu: tak lub nie.',
    askHandoverAgain:
      'Przepraszam, nie do końca rozumiem. Czy mam poprosić kogoś z zespołu? Odpowiedz, proszę: tak lub nie.',
    askHandoverLater:
      'Naszego zespołu teraz nie ma. Wracamy: {when}. Czy przekazać Twoje pytanie komuś z zespołu? Odpowiedz, proszę: tak lub nie.',
    askHandoverAway:
      'W tej chwili nikt z zespołu nie jest dostępny. Czy przekazać Twoje pytanie, żeby ktoś odpowiedział później? Odpowiedz: tak lub nie.',
    handedOver: 'Dziękujemy! Ktoś z naszego zespołu odpowie Ci tutaj, w tej rozmowie.',
    handedOverLater:
      'Naszego zespołu teraz nie ma. Twoja wiadomość jest zapisana i ktoś z nas odpowie tutaj. Wracamy: {when}.',
    nobodyAvailable:
      'W tej chwili nikt z zespołu nie jest dostępny. Twoja wiadomość jest zapisana i odpowiemy tutaj, gdy tylko będzie to możliwe.',
    continueWithBot: 'Dobrze, jestem tu dalej. Czego chcesz się dowiedzieć?',
    clarify: 'Przepraszam, nie do końca rozumiem. Czy możesz to powiedzieć inaczej?',
    clarifyBetween: 'O co chodzi: {options}?',
    askAgain: 'To odpowiedzi na część pytań. Proszę przesłać pozostałe jeszcze raz.',
    handedBack: 'Znowu rozmawiasz z naszym asystentem. W czym mogę pomóc?',
    yes: 'Tak, proszę',
    no: 'Nie, dziękuję',
    sorryFailed: 'Przepraszamy, coś poszło nie tak po naszej stronie. Spróbuj ponownie za chwilę.',
  },
};
