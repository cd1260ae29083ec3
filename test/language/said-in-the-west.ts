import type { Said } from './said.ts';

export const westernLanguages: Record<string, Said> = {
  en: {
    human: `
      I want to talk to a human | Can I speak to a real person please? | agent | Agent please!! | human pls
      connect me to an agent | Let me speak with your manager. | I don't understand, let me talk to a human
      get me a representative | I need a human | is there anyone I can talk to?
      Could someone from your team call me? | I don't want to talk to a bot | transfer me to customer service
      stop the bot, I want a person | please escalate this | I'd like to speak to someone who can actually help
      SPEAK TO A REPRESENTATIVE | call me back | I'd rather deal with a person
      can you put me through to someone in support | is this a bot? I want to talk to a real human being
      hi, could I please chat with one of your agents | how can I reach a live agent | Need to speak w/ someone asap
      I want to speak to whoever is in charge | please get someone to help me | can a human help me
      give me a human | I wish to speak with customer support | just let me talk to somebody | human!!!!
      can i have a word with the manager | let me talk to your supervisor right now | are there any real people here
      forward me to a person | can you connect me with the sales team? | real human please
      I would prefer talking to a person | do you have a phone number I can call to talk to someone | operator
      I need to speak to a representative about my order | Talk to agent | I need assistance from a human
    `,
    notHuman: `
      I don't want to talk to a human | I really don't need to speak to anyone | are you human?
      are you a real person or a bot | am I talking to a human? | human resources department hours
      What are your opening hours? | how do I become a travel agent? | table for one person | customer service hours
      please do not connect me to an agent | I can handle it without talking to anyone
      you can call me Bob, I know all about it | does the price include the agent fee
      do you have a human resources email | my agent told me to ask here | the manager was very nice yesterday
      is there a discount for more than one person | i dont need help from an agent thanks | no need for a human
      how many people can sit at a table | can someone tell me the opening hours | what does the agent fee cover
      do your employees speak English | Can I return an item someone gave me? | are you an ai or a person
      I'm a real estate agent looking for an office | I'd rather not talk to anyone
      how long does support take to answer emails | I want to contact the seller of this item
    `,
    yes: `
      yes | Yes please | ok | sure, go ahead | yeah why not | YESSS | 👍 | 👍🏽 | ok thanks | that would be great
      sí | да | oui s’il vous plaît | I want to talk to a human | y | yes, I would like that | ok let's do that
      sure thing | Yes, connect me please | fine | please do | of course! | yup thanks | yes yes yes
      absolutely, thank you so much | 👌 | ok 👍 | yea pls | go ahead please | I'd like that | please | hello, yes
    `,
    no: `
      no | No thanks | nope | no, I'll wait | not now | nah | 👎 | ❌ | no thank you, I'm good
      I don't want to talk to a human | nein danke | never mind | no it's ok | no, that's fine
      no thank you very much | no need thanks | not really | I'd rather not | nope thanks | no don't | not right now
      No. Thanks! | no, continue | no I don't want to | no please
    `,
    unclear: `
      yes but first tell me your hours? | yes but first tell me your hours | no, I mean yes | maybe
      how long would it take? | what are your hours | thanks | I know | 👍 👎 | ok? | yes no | nothing works
      yes or no? | I don't know | what do you mean | depends | yes if it's quick, otherwise no | how much is it
      I want my money back | no idea | hmm | where is my order
    `,
    frustrated: `
      this is ridiculous | you are useless | WHERE IS MY ORDER??? | I've been waiting for three hours
      what a waste of time | hello!!! anyone there??? | wtf is this | that's not what I asked | fed up with this
    `,
    calm: `
      not bad at all | stupid question, but when do you open? | I hate onions | NASA and ESA mugs | thanks!!!
      When do you open? | no problem
    `,
  },
  es: {
    human: `
      quiero hablar con una persona | Quisiera hablar con un agente, por favor | agente | operador por favor
      ¿puedo hablar con alguien? | me puede comunicar con un asesor | páseme con el encargado | atención al cliente
      necesito que me atienda una persona real | No entiendo. Quiero hablar con un humano
      no quiero hablar con un robot | ¿hay alguien ahí? | necesito un asesor humano ya
      me gustaría hablar con alguien de ventas | pásame con una persona | quiero que me llame un asesor
      necesito hablar urgentemente con el gerente | comunícame con un humano por favor | hay algún asesor disponible
      puede atenderme una persona? | quiero un agente humano | con quien puedo hablar
      prefiero hablar con una persona de verdad | me puedes pasar con soporte? | quiero hablar con un encargado
      deseo contactar a un representante | hablar con humano
    `,
    notHuman: `
      no quiero hablar con una persona | ¿eres humano? | ¿Eres una persona real o un bot?
      departamento de recursos humanos | ¿cuánto cuesta por persona? | horario de atención al cliente
      ¿a qué hora abren? | no hace falta hablar con un agente | una mesa para una persona
      mi agente me dijo que preguntara | trabajo en recursos humanos | cuántas personas caben
      no me pases con nadie, no quiero hablar con un agente | ¿hablo con una persona?
      prefiero no hablar con una persona | el gerente fue muy amable | cuánto cuesta el plan para una persona
    `,
    yes: `
      sí | si por favor | claro que sí | vale | Sí, gracias | dale | ok, está bien | por supuesto | ¡Sí!
      me gustaría | yes | sí, por favor, gracias | claro | si quiero | ok por favor | perfecto, gracias | bueno
      sí sí | si, pásame | está bien, gracias
    `,
    no: `
      no | no gracias | ahora no | no hace falta | No, no quiero | mejor no | no es necesario | para nada
      más tarde | no por ahora, gracias | no, está bien así | no por favor | no, muchas gracias
      no hace falta, gracias | nooo | no quiero hablar con nadie
    `,
    unclear: `
      sí, pero primero dime el horario | no sé | quizás | ¿cuánto tarda? | no, digo sí | sino
      tal vez luego me dices | no lo sé | depende | sí o no | qué
    `,
    frustrated: `
      esto es una vergüenza | no sirve para nada | estoy harta de esperar | llevo dos horas esperando
      qué pésimo servicio | ¡¡¡NO ME AYUDAN CON NADA!!!
    `,
    calm: `
      no está mal | me gusta mucho | ¿dónde están? | tengo una pregunta tonta | gracias!!!
    `,
  },
  fr: {
    human: `
      je veux parler à un humain | Je voudrais parler à quelqu'un | conseiller | un agent s'il vous plaît
      passez-moi un conseiller | mettez-moi en relation avec une vraie personne | Puis-je parler à un responsable ?
      service client | j'ai besoin d'un conseiller humain | il y a quelqu'un ? | je ne veux pas parler à un robot
      Je ne comprends pas. Je veux parler à une personne. | rappelez-moi svp
      je souhaite échanger avec un conseiller | pouvez-vous me transférer à un agent
      je préfère parler à une vraie personne | est-il possible d'avoir quelqu'un au téléphone
      je voudrais être mis en relation avec un conseiller | un humain svp | parler à un conseiller
      comment contacter le service client ? | j'aimerais discuter avec quelqu'un de votre équipe
      puis je avoir un responsable | je veux un vrai humain pas un robot
    `,
    notHuman: `
      je ne veux pas parler à un humain | êtes-vous un humain ? | es-tu une vraie personne ?
      est-ce que je parle à un humain ? | service des ressources humaines | quel est le prix par personne ?
      à quelle heure ouvrez-vous ? | pas besoin de parler à un conseiller | je préfère ne pas parler à un agent
      le conseiller était très sympa | combien de personnes maximum | vous êtes un robot ?
      ne me passez pas à un conseiller | sans parler à un agent | offre d'emploi conseiller
    `,
    yes: `
      oui | oui s'il vous plaît | d'accord | bien sûr | volontiers | ok merci | avec plaisir | Oui, je veux bien
      pourquoi pas | ça marche | oui merci | oui volontiers | ok d'accord | parfait merci | oui bien sûr | ouiii
      allez-y | oui c'est bon
    `,
    no: `
      non | non merci | pas maintenant | ce n’est pas la peine | pas besoin | Non, ça ira | plus tard
      je ne veux pas | jamais | surtout pas | non c'est bon | non, pas besoin | non je ne veux pas | non ça va
      non pas la peine merci | pas pour l'instant
    `,
    unclear: `
      oui mais d'abord vos horaires | peut-être | combien de temps ? | non, enfin oui | je ne sais pas | ouïe
      merci | je sais pas | ça dépend | oui et non | quoi
    `,
    frustrated: `
      c'est scandaleux | vous êtes nuls | j'attends depuis trois heures | j'en ai marre | vous ne comprenez rien
      C'EST VRAIMENT INADMISSIBLE !!!
    `,
    calm: `
      pas mauvais du tout | question bête : où êtes-vous ? | merci beaucoup !!! | quels sont vos horaires
      avec un pull en laine
    `,
  },
  de: {
    human: `
      Ich möchte mit einem Menschen sprechen | Kann ich bitte mit einem Mitarbeiter reden? | Mitarbeiter
      Berater bitte | Verbinden Sie mich mit einem Mitarbeiter | ich will einen echten Menschen | Ist da jemand?
      Kundenservice | mit jemandem sprechen | Verstehe ich nicht. Ich brauche einen Ansprechpartner.
      Ich möchte nicht mit einem Bot reden | Könnte mich jemand anrufen? | bitte an einen Mitarbeiter weiterleiten
      ich würde gerne mit jemandem sprechen | können Sie mich mit einem Mitarbeiter verbinden?
      gibt es hier einen echten Menschen? | ich will mit einer echten Person reden
      bitte verbinden Sie mich mit dem Kundenservice | ich hätte gern einen Berater | Mensch bitte
      kann ich mit jemand reden | lassen Sie mich mit Ihrem Chef sprechen | echten Mitarbeiter bitte
      ich möchte lieber mit einem Menschen schreiben | Wie erreiche ich einen Mitarbeiter?
    `,
    notHuman: `
      Ich möchte nicht mit einem Menschen sprechen | Ich brauche keinen Mitarbeiter | Bist du ein Mensch?
      Sind Sie ein echter Mensch oder ein Bot? | Spreche ich mit einem Menschen? | Was kostet das pro Person?
      Wann habt ihr offen? | Sprechen Ihre Mitarbeiter Englisch? | Tisch für eine Person
      wie viele Personen passen an den Tisch | der Mitarbeiter war sehr nett
      bin ich hier mit einem Menschen verbunden? | ohne mit jemandem zu sprechen
      ich muss nicht mit einem Mitarbeiter sprechen | kostet es mehr für zwei Personen
    `,
    yes: `
      ja | Ja bitte | gerne | klar | na klar | okay danke | auf jeden Fall | Ja, das wäre gut | jo | Jaaa
      einverstanden | ja, bitte verbinden Sie mich | gern, danke | ok, machen Sie das | ja klar | Ja, sehr gerne
      passt | jawohl | bitte
    `,
    no: `
      nein | Nein danke | nö | lieber nicht | nicht nötig | jetzt nicht | Nein, ich warte | später | auf keinen Fall
      brauche ich nicht | nein, nicht nötig | nein passt schon | ne danke | nein, schon gut | nicht jetzt danke
      nein lassen Sie mal
    `,
    unclear: `
      ja, aber erst die Öffnungszeiten | vielleicht | wie lange dauert das? | nein, ich meine ja | weiß nicht
      Januar | keine Ahnung | weiß ich nicht | kommt drauf an | jein | was
    `,
    frustrated: `
      das ist eine Frechheit | ihr seid unfähig | ich warte seit drei Stunden | so ein Scheiß
      mir reicht es jetzt, ich bin stinksauer | WO BLEIBT MEINE BESTELLUNG???
    `,
    calm: `
      gar nicht so schlecht | dumme Frage: wann macht ihr auf? | danke!!! | mit saurer Sahne bitte | Wo seid ihr?
    `,
  },
  pt: {
    human: `
      quero falar com uma pessoa | Gostaria de falar com um atendente, por favor | atendente | humano por favor
      posso falar com alguém? | me transfere para um atendente | preciso de um atendente humano
      quero ser atendido por uma pessoa | Não entendi. Quero falar com um humano | tem alguém aí?
      não quero falar com robô | chama o gerente | pode me passar para um atendente?
      eu gostaria de falar com alguém da equipe | passa pra um atendente | quero atendimento humano
      tem como falar com um humano? | chame um atendente por favor | preciso falar com o gerente
      falar com atendente | me coloca em contato com uma pessoa | quero falar com gente de verdade
      dá pra falar com alguém? | quero suporte humano
    `,
    notHuman: `
      não quero falar com uma pessoa | você é humano? | Você é uma pessoa ou um robô? | recursos humanos
      quanto custa por pessoa? | que horas abrem? | não precisa me passar para um atendente
      prefiro não falar com um atendente | uma mesa para uma pessoa | quantas pessoas cabem
      o atendente foi muito simpático | não quero ser transferido para um atendente | vc é robô? | trabalho no rh
      preço para uma pessoa
    `,
    yes: `
      sim | sim por favor | claro | pode ser | ok obrigado | com certeza | quero sim | beleza | isso | Sim! | s
      sim, obrigado | pode sim | claro que sim, por favor | ok, pode ser | por favor | aceito | tá bom
    `,
    no: `
      não | nao | não obrigado | agora não | não precisa | não quero | melhor não | deixa pra lá | Não, obrigada
      de jeito nenhum | não, tudo bem | não precisa, obrigado | não, deixa | n | não quero falar com ninguém
      nao, valeu
    `,
    unclear: `
      sim, mas antes me diga o horário | talvez | quanto tempo demora? | não, quer dizer, sim | não sei | obrigado
      simples | depende | o quê | sim ou não
    `,
    frustrated: `
      isso é um absurdo | péssimo atendimento | estou esperando há três horas | que palhaçada
      vocês não resolvem nada | CADÊ O MEU PEDIDO???
    `,
    calm: `
      não é ruim | pergunta boba: onde fica? | obrigado!!! | vocês têm saco de lixo? | bom dia
    `,
  },
};
