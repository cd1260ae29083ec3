import type { LanguagePhrases } from './language-phrases.ts';

export const it: LanguagePhrases = {
  groups: {
    talk: 'parlare|parlarne|parlo|chattare|comunicare|conversare|discutere|parlarci|mettermi in contatto|mettermi in comunicazione|entrare in contatto|contatto|interagire|scrivere',
    a: 'un|uno|una|il|la|lo|l|i|gli|del|della|dello|al|allo|alla|dal|dalla|dall|da|qualche|vostro|vostra|un vostro|una vostra|tuo|suo|altro|altra|uno dei|dei vostri|quest',
    kind: 'vero|vera|reale|umano|umana|altro',
    agent:
      'persona|umano|umana|umani|operatore|operatrice|operatori|agente|rappresentante|responsabile|consulente|essere umano|assistenza clienti|servizio clienti|manager|supervisore|addetto|addetta|direttore|incaricato|assistente umano|centralino',
    anyone:
      'qualcuno|impiegato|impiegata|dipendente|tecnico|collega|titolare|proprietario|capo|gestore|commesso|commessa|venditore|personale|staff|assistenza|supporto|esperto|specialista',
    staff: '[{a}] [{kind}] ({agent}|{anyone})',
    strong: '[{a}] [{kind}] {agent}',
    bot: '(bot|robot|macchina|macchine|chatbot|risponditore|computer|ia)',
    want: 'voglio|vorrei|vogliamo|vorremmo|desidero|preferisco|preferirei|esigo|pretendo|richiedo|chiedo|ho bisogno di|ho bisogno|mi serve|serve|cerco|dammi|mi dia|datemi|fammi avere|mi passi|passami|chiamami|chiami|chiamate|chiama',
    pass: 'passami|mi passi|mi passa|passatemi|passarmi|trasferiscimi|trasferitemi|trasferirmi|mi trasferisca|mi trasferisce|mettimi|mi metta|mi mette|mettetemi|mettermi|collegami|collegarmi|mi colleghi|connettimi|connettermi|passare|trasferire|inoltra|inoltrami|inoltrare|girami',
  },
  human: `
    {talk} [direttamente|subito|per favore] (con|a) {staff}
    {pass} [subito|per favore] [in contatto|in comunicazione] [con|a|ad] {staff}
    {want} [per favore|subito|vedere|avere|contattare|l'aiuto di|di] {strong}
    (contattare|sentire|raggiungere|avere|vedere|chiamare) {strong}
    (essere|venire) (contattato|contattata|richiamato|richiamata|assistito|assistita|aiutato|aiutata) [da] {staff}
    (operatore|assistenza|persona|essere|agente|supporto|aiuto|consulente|assistente|contatto) (umano|umana|reale|vero|vera|in carne e ossa|dal vivo)
    (vera|vero) (persona|umano|operatore|essere umano)
    (c'è|c e|ce) (qualcuno|{strong}) [lì|qui|di umano|reale] (lì|li|qui|disponibile|online|con cui|che|,)
    (qualcuno|{strong}) (con cui|con il quale|che) (parlare|posso parlare|mi aiuti|possa aiutarmi|può aiutarmi|mi risponda|mi chiami)
    qualcuno (del|dal|della|dei) (vostro|vostra|vostri|tuo|suo)
    (richiamatemi|richiamami|mi richiami|mi richiamate|chiamatemi|mi chiamate|mi può chiamare|potete chiamarmi|può chiamarmi)
    non (voglio|vogliamo) {talk} con [{a}|questo|questa] {bot}
    (non voglio|invece di|al posto di|basta con|stufo di|stufa di|basta) [{talk} con] [{a}|questo|questi] {bot}
  `,
  refusesHuman: `
    non (voglio|vogliamo|desidero|vorrei|ho bisogno|serve|mi serve|è necessario|occorre|preferisco|intendo|devo|ho intenzione|mi va) [di|che] [più] [{talk}|{pass}|contattare|disturbare] [con|a|di|ad] ({staff}|nessuno)
    non (passarmi|mi passi|mettermi|trasferirmi|mi trasferisca|contattare|mi passare) [in contatto] [con|a|ad] {staff}
    (preferisco|preferirei|meglio) non [{talk}|{pass}] [con|a] {staff}
    senza [dover|bisogno di|che] [{talk}|{pass}|contattare] [con|a] {staff}
  `,
  notHuman: `
    (risorse|diritti|errore|errori|corpo|esseri) (umane|umani|umano)
    (sei|siete|è|lei è|tu sei|sono|stai|sei tu|c'è|sarai) [davvero|veramente|tu|per caso|forse] [{a}] [{kind}] (persona|umano|umana|operatore|{bot}|essere umano)
    sto (parlando|chattando) [davvero] con {staff}
    (sono|siamo) {staff}
    (a|per) persona
    agente (immobiliare|di viaggio|di viaggi|assicurativo|di commercio)
    (diventare|lavorare come|posto da|stipendio di|lavoro da) {staff}
    (orari|orario|numero|telefono|email|indirizzo) (di|del|della|dell|per) {staff}
  `,
  soleHuman: `
    operatore, operatrice, umano, persona, persona reale, persona vera, vera persona, agente, consulente,
    rappresentante, responsabile, manager, supervisore, servizio clienti, assistenza clienti, operatore umano,
    essere umano, assistenza umana, un umano, una persona, addetto, direttore, qualcuno in carne e ossa,
    con qualcuno, con una persona, con un operatore
  `,
  frame: `
    un, una, uno, il, la, l, con, a, voglio, vorrei, ho bisogno di, mi serve, ora, adesso, subito, urgente, dammi,
    passami, parlare, vero, vera, reale, non un bot, non un robot, immediatamente, io
  `,
  courtesy: `
    per favore, per piacere, per cortesia, perfavore, pf, prego, grazie, grazie mille, molte grazie, tante grazie,
    ciao, salve, buongiorno, buon giorno, buonasera, buona sera, signore, signora, allora, beh, mah, ehm, eh,
    gentilmente, cortesemente, scusi, scusa, cordiali saluti, dai allora, molto gentile
  `,
  softYes: 'per favore, perfavore, per piacere, per cortesia',
  yes: `
    sì, si, s, sii, sisi, certo, certo che sì, certamente, sicuro, sicuramente, ok, okay, okey, oki, va bene, vabene,
    vabbene, va benissimo, d'accordo, assolutamente, assolutamente sì, esatto, esattamente, giusto, corretto,
    perfetto, ottimo, benissimo, bene, molto bene, volentieri, con piacere, ovvio, ovviamente, naturalmente,
    perché no, procedi, procedete, proceda, vai, vai pure, fai pure, faccia pure, fallo, lo faccia, facciamo così,
    facciamolo, mi piacerebbe, sarebbe bello, sarebbe ottimo, sarebbe perfetto, sarebbe meglio, sì grazie, lo voglio,
    voglio, vorrei, lo vorrei, mi serve, ne ho bisogno, accetto, confermo, affermativo, buona idea, passami,
    mi passi, mettimi in contatto, magari, dai, se possibile, yes, senz'altro, preferisco, preferirei
  `,
  no: `
    no, n, nono, noo, nope, no grazie, grazie no, non ora, non adesso, non ancora, non serve, non mi serve,
    non è necessario, non occorre, non c'è bisogno, non ce n'è bisogno, non ho bisogno, non ne ho bisogno,
    non voglio, non lo voglio, non vorrei, preferisco di no, preferirei di no, meglio di no, meglio no, direi di no,
    assolutamente no, per niente, niente affatto, affatto, mai, certo che no, ovviamente no, niente, nulla, negativo,
    per ora no, per il momento no, al momento no, più tardi, dopo, un'altra volta, lascia stare, lasci stare,
    lascia perdere, lasci perdere, dimentica, annulla, annullare, annulli, stop, non importa, non fa niente,
    non ti preoccupare, non si preoccupi, sto bene così, va bene così, a posto così, sono a posto, aspetto,
    posso aspettare, aspetterò, continua, continuiamo, continua tu, continui, continuare, continuare con il bot,
    resto con te, oggi no, non credo, non penso, non mi interessa, neanche per sogno, ma no, no va bene così,
    no tutto bene, no va bene
  `,
  frustration: `
    (inutile|inutili|inaccettabile|ridicolo|ridicola|pessimo|pessima|orribile|vergognoso|vergognosa|vergogna|scandaloso|scandalosa|indecente|patetico|patetica|incompetente|incompetenti|schifo|schifoso|assurdo|intollerabile)
    (frustrato|frustrata|frustrante|furioso|furiosa|arrabbiato|arrabbiata|incazzato|incazzata|irritato|irritata|irritante|esasperato|esasperata|infuriato|infuriata|deluso|delusa)
    (cazzo|cazzi|merda|stronzo|stronzi|stronzata|vaffanculo|fanculo|porca|puttana|coglione|coglioni|minchia|idiota|idioti|stupido bot|imbecille|imbecilli|cretino|cretini|deficiente|wtf|maledetto|maledizione)
    (peggior|peggiore|cattivo|brutto|pessimo) (servizio|assistenza|azienda|esperienza|negozio)
    (perdita di|perdere|perso|perdendo|perdo) [il mio|mio] tempo
    (truffa|truffatori|truffato|truffata|ladri|imbroglioni|fregatura)
    (stufo|stufa|stanco|stanca|non ne posso più|basta) (di|davvero|,)
    non ne posso più
    (presa|prendete|prendendo) (in giro|per il culo|per i fondelli)
    non (capisci|capite|capisce|mi capisci|aiuti|aiutate|rispondi|rispondete|ascolti|ascoltate|servi|serve) [a|mai] (niente|nulla|un cazzo|nessuno)
    non [mi] (capisci|capite|stai aiutando|state aiutando|ascolti|ascoltate)
    nessuno [mi] (risponde|aiuta|richiama|ascolta|chiama)
    (quante volte|per la terza volta|per la quarta volta|per la decima volta|per l'ultima volta|per l'ennesima volta)
    (te|ve|gliel|l) [l] ho già (detto|spiegato|scritto|chiesto)
    (aspetto|aspettando|attesa|aspettiamo|attendo) ... (ore|giorni|settimane|mesi|secoli)
    (odio|detesto) (questo|questa|questi|il vostro|la vostra|parlare con)
  `,
  calm: `
    (non|niente) [è|sono|era] (male|arrabbiato|arrabbiata|orribile|pessimo|inutile|deluso)
    domanda (stupida|idiota|sciocca)
    (segnalare|evitare) (una|la) truffa
  `,
  says: {
    askHandover: 'Vuoi che ti aiuti una persona del nostro team? Rispondi semplicemente sì o no.',
    askHandoverAgain: 'Scusa, non ho capito bene. Ti passo una persona del team? Rispondi sì o no, per favore.',
    askHandoverLater:
      "Il nostro team ora non c'è. Di nuovo qui: {when}. Lascio la tua domanda a una persona? Rispondi sì o no, per favore.",
    askHandoverAway:
      'Al momento nessuno del team è disponibile. Lascio la tua domanda a una persona, che ti risponderà più tardi? Rispondi sì o no.',
    handedOver: 'Grazie! Una persona del nostro team ti risponderà proprio qui.',
    handedOverLater:
      "Il nostro team ora non c'è. Abbiamo salvato il tuo messaggio e una persona ti risponderà qui a partire da: {when}.",
    nobodyAvailable:
      'Al momento nessuno del team è disponibile. Abbiamo salvato il tuo messaggio e ti risponderemo qui appena possibile.',
    continueWithBot: 'Va bene, resto qui per aiutarti. Che cosa vorresti sapere?',
    clarify: 'Scusa, non ho capito bene. Puoi dirlo con altre parole?',
    clarifyBetween: 'A cosa ti riferisci: {options}?',
    askAgain: 'Queste sono le risposte a una parte delle tue domande. Inviami di nuovo le altre, per favore.',
    handedBack: 'Stai parlando di nuovo con il nostro assistente. Come posso aiutarti?',
    yes: 'Sì, grazie',
    no: 'No, grazie',
    sorryFailed: 'Ci dispiace, qualcosa è andato storto da parte nostra. Riprova tra un momento.',
  },
};
