import type { LanguagePhrases } from './language-phrases.ts';

export const de: LanguagePhrases = {
  groups: {
    talk: 'sprechen|reden|chatten|telefonieren|schreiben|kommunizieren|unterhalten|sprich|rede|austauschen|quatschen|besprechen',
    link: 'verbinden|verbunden|verbinde|verbindet|verbind|durchstellen|durchgestellt|weiterleiten|weitergeleitet|weiterverbinden|weiterverbunden|vermitteln|übergeben|uebergeben|weiterreichen|in kontakt treten|in verbindung setzen|kontakt aufnehmen',
    a: 'ein|eine|einen|einem|einer|eines|der|die|das|dem|den|ihr|ihre|ihrem|ihren|ihrer|euer|eurem|euren|eurer|irgendeinem|irgendeinen|irgendwem|deinem|meinem|meinen|einem ihrer|einem eurer|jeden|anderen|anderem|andere',
    kind: 'echten|echte|echter|echtem|echtes|richtigen|richtige|richtigem|richtiger|menschlichen|menschliche|menschlicher|menschlichem|realen|reale|realer|lebenden|lebendigen|anderen|zuständigen|kompetenten|wirklichen|live',
    agent:
      'mensch|menschen|mitarbeiter|mitarbeiterin|mitarbeitern|mitarbeiters|servicemitarbeiter*|kundenberater*|kundenbetreuer*|berater|beraterin|agent|agenten|operator|kundenservice|kundendienst|kundensupport|kundenbetreuung|manager|managerin|vorgesetzten|vorgesetzter|sachbearbeiter*|ansprechpartner*|support mitarbeiter*|supportmitarbeiter*|filialleiter*|geschäftsführer*',
    anyone:
      'person|personen|jemand|jemanden|jemandem|wem|chef|chefin|support|kollegen|kollege|kollegin|techniker*|verkäufer*|inhaber*|leiter*|team|personal|leuten|support team|supportteam|service|hotline|experten|fachmann|verantwortlichen',
    staff: '[{a}] [{kind}] [{kind}] ({agent}|{anyone})',
    strong: '[{a}] [{kind}] [{kind}] {agent}',
    soft: 'bitte|gerne|gern|direkt|mal|jetzt|lieber|persönlich|endlich|sofort|hier|doch|auch|nur|kurz|dringend',
    bot: '(bot|bots|roboter|robotern|maschine|maschinen|chatbot|chatbots|automaten|computer|ki|software|programm)',
    want: 'brauche|brauchen|bräuchte|möchte|möchten|moechte|will|wollen|wünsche|verlange|bevorzuge|benötige|benoetige|hätte gerne|hätte gern|haette gerne|haette gern|würde gerne|suche|fordere|erwarte|geben sie mir|gib mir|holen sie mir|hol mir|holt mir|holen sie|hol|schicken sie mir|gebt mir',
  },
  human: `
    mit {staff} ... [nicht ...] ({talk}|{link})
    ({talk}|{link}) [sie|mich|ihr|wir|uns] [mich|uns] [{soft}] [{soft}] mit {staff}
    mit {staff} (bitte|,)
    (zu|an) {staff} ... ({link})
    {link} [sie|mich|uns] [mich|uns] [{soft}] [{soft}] (zu|an) {staff}
    (leiten|leite|stellen|stell|geben|gib|schicken) [sie] (mich|uns|das|es) [{soft}] [{soft}] (zu|an|mit) {staff}
    {want} [{soft}] [{soft}] {strong}
    {strong} (sprechen|kontaktieren|erreichen|haben|anrufen|hinzuziehen|holen)
    (jemand|jemanden|wen) [{kind}] (sprechen|erreichen|zum reden|zum sprechen)
    (echten|echte|echter|echtem|menschlichen|menschliche|menschlicher|menschlichem|realen|reale|richtigen|lebenden) (person|mensch|menschen|mitarbeiter|mitarbeiterin|ansprechpartner*|berater|agenten|kontakt|support|hilfe|unterstützung|service)
    (ist|gibt es|ist denn|habt ihr|haben sie) [da|hier|dort|denn] (jemand|jemanden|{strong}) [da|hier|der|mit dem|echtes|echter|online] (da|hier|erreichbar|verfügbar|online|mit|ansprechbar|der mir|zum reden|zum sprechen|,)
    (kann|könnte|soll|möge) [mich|mir] [bitte] (jemand|{strong}) [{soft}] [mich|mir] (anrufen|zurückrufen|helfen|übernehmen|antworten|kontaktieren|weiterhelfen|schreiben)
    (erreiche|kontaktiere|bekomme) (ich|wir) {strong}
    jemand (aus|von|vom) [eurem|ihrem|dem] (team|support|kundenservice|laden|service)
    (rufen|ruft|ruf) [sie] (mich|uns) [{soft}] [{soft}] (an|zurück)
    (rückruf|zurückgerufen|zurückrufen)
    (keinen|kein|keine) [dummen|blöden] {bot} [{soft}] (sondern|haben|,)
    nicht mit [einem|einer|diesem|dieser|dem|der] [dummen|blöden] {bot}
    (statt|anstatt) [einem|eines|einer|dem|diesem] {bot}
  `,
  refusesHuman: `
    (möchte|will|muss|brauche|mag|wollte|würde|möchten|wollen|müssen|werde|soll|moechte) [ich] [{soft}|eigentlich|gerade|gar|aber|momentan] [{soft}|gar] nicht [mehr|unbedingt|gerne] [mit|zu|an] {staff}
    bitte nicht [mit|zu|an] {staff}
    (kein|keine|keinen|keinem|keiner) [{kind}] ({agent}|{anyone})
    ohne [mit] {staff}
    nicht (an|zu|mit) {staff} ({link}|{talk})
    statt mit {staff}
    mit (niemandem|niemand|keinem)
  `,
  notHuman: `
    (sind|bist|ist|seid) (sie|du|das|hier|ihr|dies) [wirklich|eigentlich|etwa|denn|nur|überhaupt] [{a}] [{kind}] ({agent}|person|{bot})
    (spreche|rede|schreibe|chatte|sprech|red) ich [hier|gerade|jetzt|denn|wirklich|eigentlich|nun] [{soft}] mit {staff}
    (bin|ist) ich [hier|gerade|jetzt|denn|wirklich] mit {staff} verbunden
    (du bist|sie sind) [{a}|kein|keine] [{kind}] ({agent}|person|{bot})
    (bin|sind wir) [{a}|kein|keine] {staff}
    (pro|je) (person|mensch)
    menschliche* (versagen|körper|fehler)
    (öffnungszeiten|telefonnummer|nummer|adresse|email|mail|sprechzeiten|servicezeiten|zeiten) (des|der|vom|von|für) {staff}
    {agent} (werden|rabatt|gesucht|telefonnummer|nummer|öffnungszeiten|email|adresse)
    als {agent} (arbeiten|anfangen|bewerben)
  `,
  soleHuman: `
    mensch, menschen, mitarbeiter, mitarbeiterin, berater, beraterin, agent, operator, kundenservice, kundendienst,
    kundensupport, kundenberater, manager, vorgesetzter, ansprechpartner, echter mensch, echte person,
    echten menschen, menschlicher mitarbeiter, live chat, livechat, sachbearbeiter, richtiger mensch, person,
    support mitarbeiter, chef, jemand echtes, menschliche hilfe, servicemitarbeiter, filialleiter
  `,
  frame: `
    ein, eine, einen, einem, mit, den, die, das, der, ich, will, möchte, brauche, hätte gerne, jetzt, sofort,
    endlich, dringend, her, kein bot, keinen bot, ich will, ich möchte, ich brauche, geben sie mir, gib mir, echten,
    echte, richtigen, verbinden
  `,
  courtesy: `
    bitte, bitte sehr, danke, danke schön, dankeschön, vielen dank, dank, besten dank, hallo, hi, hey, guten tag,
    guten morgen, guten abend, moin, servus, grüß gott, also, äh, ähm, hm, na, nun, mal, dann, liebes team, lg, mfg,
    sehr nett, doch, lieb
  `,
  softYes: 'bitte, bitte sehr, doch',
  yes: `
    ja, j, jo, joa, jep, jepp, jap, jup, jau, jawohl, ja bitte, ja gerne, ja gern, gerne, gern, sehr gerne,
    sehr gern, ok, okay, okey, oki, o k, klar, na klar, aber klar, sicher, natürlich, selbstverständlich,
    auf jeden fall, unbedingt, genau, richtig, stimmt, korrekt, einverstanden, passt, passt schon so, in ordnung,
    geht klar, alles klar, gut, sehr gut, super, prima, perfekt, toll, fein, wunderbar, gute idee, mach das,
    machen sie das, mach, machen sie, mach mal, tu das, tun sie das, nur zu, los, von mir aus, meinetwegen,
    warum nicht, wieso nicht, ich bitte darum, ich will, ich möchte, das möchte ich, das will ich, das wäre gut,
    das wäre nett, das wäre super, das wäre toll, das wäre schön, das wäre prima, wäre gut, wäre super, wäre nett,
    wäre toll, ich hätte gerne, bitte verbinden, verbinden sie mich, verbinde mich, bitte machen sie das,
    bitte tun sie das, ich bin dabei, freilich, logo, definitiv, absolut, yes, jaja, eben, mit vergnügen,
    hätte ich gerne, würde ich gerne, das würde ich gerne, bin einverstanden, wenn möglich, wenn es geht,
    brauche ich, bitte ja
  `,
  no: `
    nein, ne, nee, nö, noe, nö danke, no, nope, nein danke, danke nein, lieber nicht, besser nicht, nicht jetzt,
    jetzt nicht, noch nicht, nicht nötig, ist nicht nötig, das ist nicht nötig, nicht notwendig, nicht wirklich,
    niemals, nie, auf keinen fall, keinesfalls, keineswegs, kein bedarf, brauche ich nicht, brauch ich nicht,
    das brauche ich nicht, ich brauche das nicht, will ich nicht, das will ich nicht, ich will nicht,
    ich will das nicht, möchte ich nicht, das möchte ich nicht, ich möchte nicht, ich möchte das nicht,
    muss nicht sein, muss nicht, passt schon, schon gut, geht schon, egal, vergiss es, vergessen sie es, lass es,
    lassen sie es, lass mal, lass gut sein, später, vielleicht später, ein andermal, ein anderes mal,
    natürlich nicht, sicher nicht, gar nicht, überhaupt nicht, bestimmt nicht, abbrechen, abbruch, stopp, stop,
    ich warte, ich kann warten, weiter, weiter mit dem bot, mach weiter, machen sie weiter, weitermachen,
    wir machen weiter, ich bleibe hier, ich bleibe bei dir, nicht heute, heute nicht, im moment nicht,
    momentan nicht, ich glaube nicht, glaube nicht, ich denke nicht, kein interesse, bloß nicht, bitte nicht,
    lassen sie mal, nein alles gut, alles gut, nein alles klar, nein geht schon, danke nicht nötig, nix
  `,
  frustration: `
    (nutzlos|nutzloser|nutzlose|unfähig|unfassbar|unverschämt|unverschämtheit|frechheit|lächerlich|inakzeptabel|katastrophal|katastrophe|unmöglich|miserabel|unterirdisch|zumutung|erbärmlich)
    (frustriert|frustrierend|wütend|stinksauer|genervt|nervt|nervst|nervig|verärgert|aufgebracht|angepisst|ärgerlich)
    (scheiße|scheisse|scheiß|scheiss|scheißladen|verdammt|verdammte|verdammter|verfickt|arschloch|arsch|idiot|idioten|blödmann|deppen|trottel|schwachsinn|bullshit|kacke|mist|verarschen|verarscht|wtf|fuck|fucking)
    (bin|werde|echt|richtig|sehr|langsam) sauer
    (dummer|blöder|doofer|dämlicher|dumme|blöde|saublöder) (bot|roboter|maschine|chatbot|computer)
    (schlechter|schlechtester|schlechte|grottenschlechter|mieser|schlechtesten) (service|support|kundenservice|laden|firma|erfahrung|betreuung)
    (schnauze|nase) [gestrichen] voll
    (zeitverschwendung|abzocke|abzocker|betrüger|betrug)
    (reicht|reichts) [mir|mirs] (jetzt|langsam|endgültig)
    (mir|jetzt) reichts
    (hab|habe|haben) [ich] [es|das] [so] (satt|genug davon)
    (du|sie|ihr) (verstehst|verstehen|versteht|hilfst|helfen|helft|kapierst|kapiert|antwortest|antworten) [mich|mir] [ja|einfach|gar|überhaupt] (nicht|nichts|nix|nie)
    (keiner|niemand) (antwortet|hilft|meldet|reagiert|ruft)
    (wie oft|zum dritten mal|zum vierten mal|zum hundertsten mal|zum letzten mal|zum x ten mal)
    (hab|habe) ich [doch|ihnen|dir|euch] [doch|ihnen|dir|euch] (schon|bereits) [mehrfach|mehrmals|dreimal] (gesagt|geschrieben|erklärt|gefragt|beantwortet)
    (warte|warten) ... (stunden|tagen|wochen|ewig|monaten|ewigkeiten)
    ich hasse (das|es|diesen|dieses|diese|euch|euren)
    (das|es) (darf|kann) (doch|ja) nicht wahr sein
    das (war|ist) nicht (meine frage|was ich gefragt habe|was ich wollte)
  `,
  calm: `
    (nicht|kein|keine) [so|ganz|mehr] (schlecht|schlimm|sauer|wütend|genervt|unmöglich|katastrophe|verärgert|idiot)
    (dumme|blöde|doofe) frage*
    saure* (sahne|gurken)
    (betrug|abzocke|betrüger) (melden|vermeiden|erkennen)
  `,
  says: {
    askHandover:
      'Möchten Sie, dass Ihnen hier jemand aus unserem Team weiterhilft? Antworten Sie einfach mit Ja oder Nein.',
    askHandoverAgain:
      'Entschuldigung, das war für mich nicht eindeutig. Soll jemand aus unserem Team übernehmen? Bitte antworten Sie mit Ja oder Nein.',
    askHandoverLater:
      'Unser Team ist gerade nicht da. Wieder da: {when}. Soll ich Ihre Frage an jemanden weitergeben? Bitte antworten Sie mit Ja oder Nein.',
    askHandoverAway:
      'Im Moment ist niemand aus unserem Team frei. Soll ich Ihre Frage weitergeben, damit Ihnen später jemand antwortet? Ja oder Nein?',
    handedOver: 'Vielen Dank! Jemand aus unserem Team antwortet Ihnen gleich hier im Chat.',
    handedOverLater:
      'Unser Team ist gerade nicht da. Ihre Nachricht ist gespeichert, und wir antworten Ihnen hier. Wieder da: {when}.',
    nobodyAvailable:
      'Im Moment ist niemand aus unserem Team frei. Ihre Nachricht ist gespeichert, und wir antworten Ihnen hier, sobald wir können.',
    continueWithBot: 'Alles klar, ich bin weiter für Sie da. Was möchten Sie wissen?',
    clarify: 'Entschuldigung, das habe ich nicht ganz verstanden. Können Sie es anders sagen?',
    clarifyBetween: 'Was meinen Sie: {options}?',
    askAgain: 'Das waren Antworten auf einen Teil Ihrer Fragen. Bitte schicken Sie mir die anderen noch einmal.',
    handedBack: 'Sie sprechen jetzt wieder mit unserem Assistenten. Wie kann ich helfen?',
    yes: 'Ja, gerne',
    no: 'Nein, danke',
    sorryFailed: 'Entschuldigung, bei uns ist etwas schiefgegangen. Bitte versuchen Sie es gleich noch einmal.',
  },
};
