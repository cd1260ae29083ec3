import type { LanguagePhrases } from './language-phrases.ts';

export const fr: LanguagePhrases = {
  groups: {
    talk: "parler|parlé|discuter|échanger|communiquer|dialoguer|converser|tchatter|chatter|tchater|m'adresser|m'entretenir|causer",
    a: "un|une|le|la|les|l|d|de|du|des|d'un|d'une|votre|vos|ton|tes|mon|quelque|un de vos|une de vos|un autre|une autre|n'importe quel",
    kind: 'vrai|vraie|véritable|autre|réel|réelle|bon',
    agent:
      "humain|humaine|humains|personne|agent|agents|opérateur|opératrice|conseiller|conseillère|conseillers|représentant|représentante|responsable|manager|gérant|gérante|superviseur|être humain|service client|service clients|service clientèle|support client|téléconseiller|téléconseillère|interlocuteur|interlocutrice|chargé de clientèle|membre de l'équipe|membre de votre équipe",
    anyone:
      "quelqu'un|employé|employée|technicien|technicienne|collègue|collaborateur|collaboratrice|commercial|vendeur|vendeuse|support|patron|patronne|directeur|directrice|chef|spécialiste|équipe|gens|standard|accueil|assistance",
    staff: '[{a}] [{a}] [{kind}] ({agent}|{anyone})',
    strong: '[{a}] [{a}] [{kind}] {agent}',
    bot: '(bot|bots|robot|robots|machine|chatbot|ia|répondeur|automate|ordinateur)',
    want: "veux|voudrais|voudrions|voulons|souhaite|souhaiterais|souhaitons|besoin|aimerais|aimerions|préfère|préférerais|préfèrerais|exige|demande|veut|cherche|faudrait|faut|réclame|j'attends|donnez moi|donne moi|trouvez moi",
    pass: 'passez|passe|transférez|transfère|mettez|mets|connectez|connecte|redirigez|orientez|dirigez|renvoyez|basculez|transférer|passer|mettre|connecter|rediriger|orienter|diriger|basculer|transféré|transférée|redirigé|mis|mise|orienté|orientée',
    link: 'en relation|en contact|en communication|en ligne|au téléphone',
  },
  human: `
    {talk} [directement|plutôt|de vive voix|s'il vous plaît|svp|en direct] (à|a|avec|au) {staff}
    {pass} [moi|nous|me|mon appel|ma demande|la conversation] [directement|s'il vous plaît|svp|vite] [{link}] (à|avec|vers|au|auprès de|sur) {staff}
    {pass} moi [directement|s'il vous plaît] {staff}
    mise en relation [avec {staff}]
    (joindre|contacter|voir|avoir|rencontrer|appeler) [directement|au téléphone] {strong}
    {want} [à|d|de|pas mal|vraiment|plutôt|bien|juste] [avoir|voir|joindre|contacter|l'aide d] [affaire à] {strong}
    (conseiller|agent|opérateur|être|assistance|support|interlocuteur|aide|service|contact|conseillère|personne|intervention|réponse) (humain|humaine|réel|réelle|en direct|physique|en ligne)
    (vrai|vraie|véritable) (personne|humain|humaine|conseiller|conseillère|agent|être humain|interlocuteur|gens)
    (y a t il|il y a|ya t il|y a|ya t'il|est ce qu'il y a) (quelqu'un|{strong}) [ici|là|en ligne|derrière] (ici|là|de disponible|disponible|pour|qui|en ligne|à qui|,)
    (quelqu'un|{strong}) (à qui|avec qui|qui) (parler|je peux parler|puisse|peut|pourrait|pourra|je puisse parler) [me|m] [aider|répondre|parler|appeler|rappeler|renseigner]
    (avoir|joindre|appeler) quelqu'un (au téléphone|en ligne|en direct)
    quelqu'un (de|du|dans) [votre|l|la|le] (équipe|service|entreprise|société|magasin|support)
    (rappelez|appelez|rappeler|rappelle) (moi|nous)
    (me|m|nous) (rappeler|appeler) [au|svp|s'il vous plaît|,]
    être (rappelé|rappelée|contacté|contactée|appelé|recontacté|recontactée)
    (pas|plus) [de|à|envie de] {talk} (à|avec) [{a}|ce|cette|vos] {bot}
    (veux|voulons|voudrais|souhaite) (pas|plus) [de|d|d'un|d'une|ce|cette|vos|avoir affaire à] [un|une] {bot}
    (assez|marre) (de|du|des) [ce|cette|ces|vos] {bot}
    (au lieu|à la place) [de|d|du] [un|une|ce|cette] {bot}
  `,
  refusesHuman: `
    (veux|voulons|souhaite|voudrais|désire|ai|aimerais|préfère|avons|tiens|souhaitons|faut|cherche|demande|compte) (pas|plus|nullement) [besoin|à|être|envie] [de|d|d'être|à] [{talk}|{pass}|joindre|contacter|avoir] [{link}] [à|avec|vers] {staff}
    (passez|transférez|mettez|passe|transfère|mets|connectez|redirigez) (moi|me) pas [{link}] [à|avec|vers] {staff}
    (préfère|préférerais|aimerais|souhaite) (ne pas|autant ne pas|éviter de) [{talk}|{pass}|être mis|contacter] [{link}] [à|avec|vers] {staff}
    ne pas [{talk}|{pass}|être mis|contacter] [{link}] [à|avec|vers] {staff}
    sans [avoir à|devoir|passer par|que] [{talk}|{pass}|contacter|appeler] [{link}] [à|avec|par] {staff}
    (pas|aucun|nul|inutile) [besoin] [d|de] [{talk}|{pass}|déranger] [{link}] [à|avec] {staff}
  `,
  notHuman: `
    (ressources|droits|corps|erreur|erreurs|êtres|relations) (humaines|humains|humaine|humain)
    (êtes vous|es tu|tu es|vous êtes|t'es|c'est|est ce|suis je|êtes|es|est) [vraiment|bien|toi|vous|que je parle à|en train de parler à|en contact avec] {staff}
    (êtes vous|es tu|tu es|vous êtes|t'es|c'est|est ce) [{a}] {bot}
    (je parle|parle je|parlé je|je discute|discute je|on parle) [bien|là] [à|avec] {staff}
    je suis {staff}
    par personne
    agent (immobilier|de voyage|de voyages|de sécurité|de police|d'assurance|commercial)
    (devenir|travailler comme|embauché comme|poste de|salaire de|salaire d|emploi de) {staff}
    (horaires|horaire|numéro|téléphone|adresse|mail|email|heures) (de|du|d|pour) {staff}
    personne (ne|n)
  `,
  soleHuman: `
    humain, humaine, un humain, agent, opérateur, opératrice, conseiller, conseillère, représentant, responsable,
    manager, gérant, superviseur, vraie personne, une personne, personne réelle, personne humaine, être humain,
    service client, service clients, service clientèle, support client, agent humain, conseiller humain,
    assistance humaine, interlocuteur, interlocuteur humain, quelqu'un de réel, un vrai humain, quelqu'un svp,
    conseiller clientèle
  `,
  frame: `
    un, une, le, la, l, d, à, avec, je veux, je voudrais, je souhaite, j'aimerais, il me faut, besoin d,
    j'ai besoin d, j'ai besoin de, donnez moi, passez moi, maintenant, tout de suite, vite, urgent, immédiatement,
    parler, vrai, vraie, pas un robot, pas un bot, en direct
  `,
  courtesy: `
    s'il vous plaît, s'il te plaît, svp, stp, sil vous plait, merci, merci beaucoup, merci bien, bonjour, bonsoir,
    salut, coucou, hello, monsieur, madame, alors, bon, ben, bah, euh, hein, hmm, mdr, eh bien, cordialement,
    merci d'avance, c'est gentil, cher, chère, voilà
  `,
  softYes: "s'il vous plaît, s'il te plaît, svp, stp",
  yes: `
    oui, ouais, ouai, oui oui, ouep, yep, ok, okay, oki, o k, d'accord, dac, dacc, bien sûr, bien entendu,
    certainement, absolument, tout à fait, exactement, parfait, parfaitement, volontiers, avec plaisir, pourquoi pas,
    allez y, vas y, allons y, go, c'est bon, c'est parfait, ça marche, ça me va, ça me convient, je veux bien,
    je veux, je le veux, je voudrais bien, j'aimerais bien, j'aimerais, je souhaite, ce serait bien,
    ce serait parfait, ce serait super, ce serait gentil, ça serait bien, entendu, très bien, super, génial, top,
    évidemment, effectivement, carrément, si, mais oui, oui bien sûr, affirmatif, je suis d'accord, j'accepte,
    faites, faites le, fais le, faites donc, mettez moi en relation, passez moi, transférez moi, bonne idée, nickel,
    sans problème, je confirme, yes, pas de souci allez y, s, volontier, je préfère, je préférerais, c'est ça,
    s'il le faut, si possible, si c'est possible, bien volontiers, oui je veux, je veux bien oui, il le faut, vite
  `,
  no: `
    non, nan, nope, no, non non, non merci, merci non, pas maintenant, pas tout de suite, pas encore, pas besoin,
    pas la peine, ce n'est pas la peine, c'est pas la peine, inutile, pas nécessaire, ce n'est pas nécessaire,
    c'est pas nécessaire, pas du tout, jamais, surtout pas, certainement pas, absolument pas, bien sûr que non,
    je ne veux pas, je veux pas, je ne préfère pas, je préfère pas, je préfère que non, je n'ai pas besoin,
    j'ai pas besoin, j'en ai pas besoin, je n'en ai pas besoin, je ne souhaite pas, je souhaite pas, sans façon,
    négatif, plus tard, une autre fois, laissez tomber, laisse tomber, laissez, laisse, oubliez, oublie, tant pis,
    annuler, annulez, annule, stop, ça ira, ça va aller, ça va merci, je vais attendre, j'attends, j'attendrai,
    je peux attendre, continuons, continuez, continue, continuer, on continue, continuer avec le bot, restons ici,
    je reste avec vous, je reste avec toi, pas aujourd'hui, je ne pense pas, je pense pas, je crois pas,
    je ne crois pas, pas intéressé, pas vraiment, en aucun cas, hors de question, pas pour le moment,
    pas pour l'instant, peut être plus tard, ne le faites pas, non c'est bon, non ça va, non ça va merci,
    non tout va bien, non c'est gentil
  `,
  frustration: `
    (inutile|inutiles) (bot|robot|service|machine|comme)
    (vous êtes|tu es|t'es|c'est|êtes) [vraiment|complètement|tous] (nul|nuls|nulle|inutile|inutiles|incompétent|incompétents|pathétique|ridicule|scandaleux|honteux|lamentable|inadmissible|inacceptable|insupportable|n'importe quoi)
    (inadmissible|inacceptable|scandaleux|scandaleuse|lamentable|déplorable|honteux|honteuse|insupportable|incompétent|incompétents|pathétique|exaspérant|intolérable)
    (frustré|frustrée|frustrant|furieux|furieuse|énervé|énervée|énervant|excédé|excédée|agacé|agacée|agaçant|exaspéré|exaspérée)
    (merde|putain|bordel|connard|connards|connasse|conneries|connerie|con|cons|enculé|fait chier|ras le bol|marre|chier|wtf|idiot|idiots|débile|débiles|imbécile|imbéciles|abruti|foutre de moi|foutez de moi|moquez de moi)
    (pire|mauvais|très mauvais) (service|expérience|accueil|support|entreprise)
    (service|support) (nul|pourri|déplorable|catastrophique)
    (perte de|perdre mon|perdu mon|perds mon) temps
    (arnaque|arnaqueurs|arnaqué|arnaquée|escrocs|escroquerie|voleurs)
    (vous ne|tu ne|vous|tu) (comprenez|comprends|servez|sers|répondez|réponds|écoutez|écoutes|lisez) (rien|pas|à rien|jamais)
    personne (ne|n) (répond|me répond|m'aide|rappelle|me rappelle|écoute)
    combien de fois
    (je l'ai|je vous l'ai|je te l'ai|je vous ai|je t'ai) déjà (dit|expliqué|répondu|écrit)
    (troisième|quatrième|dixième|énième|dernière) fois que
    (j'attends|attends|attendons|attente) ... (depuis|heures|jours|semaines)
    (je déteste|je hais) (ce|cette|votre|vos|ça|parler à)
    (c'est|quelle) [une|la] (honte|blague|catastrophe)
    ce n'est pas ce que (je|j'ai) (demande|demandé|veux|dit)
  `,
  calm: `
    (pas|rien de) [si|très|vraiment|trop] (mauvais|énervé|nul|ridicule|grave|inutile|frustrant)
    question (idiote|bête|débile|stupide)
    (éviter|signaler) (une|cette|les) arnaque*
    idiot de ma part
  `,
  says: {
    askHandover: 'Souhaitez-vous échanger avec une personne de notre équipe ? Répondez simplement oui ou non.',
    askHandoverAgain:
      "Désolé, je n'ai pas bien compris. Voulez-vous que je vous passe une personne de l'équipe ? Répondez par oui ou non.",
    askHandoverLater:
      'Notre équipe est absente et sera de retour le {when}. Dois-je lui transmettre votre question ? Répondez par oui ou non.',
    askHandoverAway:
      "Personne de l'équipe n'est disponible pour le moment. Dois-je transmettre votre question, pour une réponse plus tard ? Répondez par oui ou non.",
    handedOver: 'Merci ! Une personne de notre équipe va vous répondre ici même.',
    handedOverLater:
      'Notre équipe est absente pour le moment. Votre message est bien gardé et nous vous répondrons ici à partir du {when}.',
    nobodyAvailable:
      "Personne de l'équipe n'est disponible pour le moment. Votre message est bien gardé et nous vous répondrons ici dès que possible.",
    continueWithBot: 'Très bien, je reste à votre écoute. Que souhaitez-vous savoir ?',
    clarify: "Désolé, je n'ai pas bien compris. Pouvez-vous le dire autrement ?",
    clarifyBetween: 'De quoi parlez-vous : {options} ?',
    askAgain: "Voilà pour une partie de vos questions. Merci de m'envoyer les autres à nouveau.",
    handedBack: 'Vous êtes de nouveau avec notre assistant. Comment puis-je vous aider ?',
    yes: 'Oui, volontiers',
    no: 'Non, merci',
    sorryFailed: "Désolé, quelque chose n'a pas marché de notre côté. Réessayez dans un instant, s'il vous plaît.",
  },
};
