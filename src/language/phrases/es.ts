import type { LanguagePhrases } from './language-phrases.ts';

export const es: LanguagePhrases = {
  groups: {
    talk: 'hablar|hablemos|chatear|conversar|charlar|platicar|comunicarme|comunicarnos|contactar|contactarme|contacto|escribir|tratar|hablarlo|dirigirme|conectarme|conectar',
    a: 'un|una|el|la|los|las|al|del|algun|alguno|alguna|algún|su|sus|tu|tus|otro|otra|mi|vuestro|vuestra|uno de sus|uno de los|cualquier',
    kind: 'real|humano|humana|verdadero|verdadera|buen',
    agent:
      'persona|humano|humana|humanos|agente|agentes|operador|operadora|asesor|asesora|asesores|representante|encargado|encargada|gerente|supervisor|supervisora|ejecutivo|ejecutiva|ser humano|atención al cliente|servicio al cliente|atención al público|teleoperador|teleoperadora',
    anyone:
      'alguien|empleado|empleada|trabajador|trabajadora|dependiente|jefe|jefa|responsable|consultor|consultora|soporte|soporte técnico|técnico|compañero|compañera|dueño|dueña|vendedor|vendedora|personal|gente|especialista|equipo|recepcionista|recepción|director|directora|comercial',
    staff: '[{a}] [{kind}] ({agent}|{anyone})',
    strong: '[{a}] [{kind}] {agent}',
    bot: '(bot|bots|robot|robots|robó|máquina|máquinas|chatbot|contestador|ia)',
    want: 'quiero|queremos|quisiera|quisiéramos|necesito|necesitamos|deseo|prefiero|preferiría|exijo|solicito|pido|busco|me gustaría|nos gustaría|querría|dame|deme|denme|dadme|consígueme|consígame|quería',
    pass: 'comunícame|comuníqueme|comuníquenme|conéctame|conécteme|pásame|páseme|pásenme|pásemelo|transfiéreme|transfiérame|derívame|deríveme|ponme|póngame|ponedme|comunicarme|comunicarnos|conectarme|pasarme|transferirme|derivarme|ponerme|pasar|transferir|transferirlo|derivar|comunicar|conectar|me comunicas|me comunica|me comunican|me pasas|me pasa|me pasan|me pones|me pone|me conectas|me conecta|me transfieres|me transfiere|me derivas|me deriva',
  },
  human: `
    {talk} [mejor|directamente|urgentemente|por favor|ya] (con|a) {staff}
    {pass} [por favor|ya|directamente|mejor] (con|a) {staff}
    {pass} [por favor|ya] {strong}
    {want} [por favor|mejor|ver a|ver|tener|tener a|que me pase|que me pasen|que me ponga|que me comunique|que me comuniquen|que venga] [con|a] {strong}
    que me (atienda|atiendan|ayude|llame|llamen|conteste|responda|hable|contacte|contacten|atendiera) [por favor] {staff}
    (ser|que me) (atendido|atendida|atendidos) por {staff}
    (me|nos) (atiende|atienda|atender|ayuda|ayudar|llama|llamar|contactar) {strong}
    puede (atenderme|ayudarme|llamarme|contactarme) {staff}
    (agente|operador|operadora|asesor|asesora|persona|soporte|ayuda|atención|representante|asistencia|trato|interlocutor) (humano|humana|real|en vivo|de verdad|de carne y hueso|personalizada)
    (humano|humana) (real|de verdad|de carne y hueso)
    hay (alguien|{strong}) [real|humano|ahí|aquí|por ahí|allí|en línea] (ahí|aquí|disponible|real|allí|conectado|en línea|que me|que pueda|que puede|con quien|con la que|con el que|para hablar|,)
    (alguien|{strong}) (con quien|con la que|con el que|que me|que nos) (hablar|pueda hablar|puedo hablar|atienda|ayude|pueda ayudar|pueda atender)
    alguien (de|del) [su|tu|vuestro] (equipo|empresa|tienda|personal|soporte|atención)
    con (quién|quien) (puedo|podría|tengo que) {talk}
    (llámame|llámeme|llámenme|llamadme|me pueden llamar|pueden llamarme|me puede llamar|puede llamarme|me llaman|me podrían llamar|que me llamen)
    no quiero {talk} con [{a}] {bot}
    no quiero [más] (un|una|este|esta|ningún|bots|robots|más) [{bot}]
    (no|y no|en vez de|en lugar de|basta de|harto de|harta de) (con|a) [{a}] {bot}
    (en vez de|en lugar de|basta de|harto de|harta de) [{a}|este|esta|estos] {bot}
    atención (humana|personal)
  `,
  refusesHuman: `
    no (quiero|queremos|necesito|necesitamos|deseo|quisiera|quería|hace falta|es necesario|me gustaría|me interesa|prefiero|tengo que|pienso|voy a|me hace falta|pretendo|busco|pido|hay que) [más|que] [{pass}|{talk}|me llame|me atienda|ver|ser transferido|ser transferida] [con|a] ({staff}|nadie|ninguna persona|ningún agente)
    no (me|nos) (pases|pase|pasen|transfieras|transfiera|comuniques|comunique|conectes|conecte|derives|derive|pongas|ponga) [con|a] {staff}
    (prefiero|preferiría|mejor) no [{talk}|{pass}] [con|a] {staff}
    sin [tener que|necesidad de] [{talk}|{pass}|llamar] [con|a] {staff}
    no llam(es|en|e) a {staff}
  `,
  notHuman: `
    (recursos|derechos|seres|error|errores|cuerpo|capital) (humanos|humano)
    (eres|sos|es usted|es|son|será|serás|estoy|usted es|tú eres) [tú|vos|usted|realmente|de verdad|hablando con|chateando con|acaso] {staff}
    (eres|sos|es usted|es) [{a}] {bot}
    (hablo|estoy hablando|chateo|estoy chateando) con {strong} (o|u) [con] [{a}] {bot}
    (soy|somos) {staff}
    por persona
    agente (inmobiliario|de viajes|de viaje|de seguros|de aduanas|comercial)
    agentes (inmobiliarios|de viajes|de seguros)
    (ser|trabajar como|trabajar de|puesto de|vacante de|empleo de|trabajo de|sueldo de) {staff}
    (horario|horarios|teléfono|número|correo|email|dirección) (de|del|de la|para) {staff}
    una persona (más|adicional|mayor|menor|con)
  `,
  soleHuman: `
    agente, operador, operadora, asesor, asesora, humano, humana, persona, persona real, agente humano, agente real,
    representante, gerente, encargado, encargada, supervisor, supervisora, atención al cliente, servicio al cliente,
    ejecutivo, ser humano, una persona, alguien real, alguien de verdad, persona humana, asesor humano,
    operador humano, soporte humano, atención humana, jefe, con alguien, con una persona, con un agente
  `,
  frame: `
    un, una, el, la, con, a, al, quiero, necesito, quisiera, ya, ahora, ahora mismo, urgente, inmediatamente, dame,
    deme, pásame, me gustaría, no un bot, no un robot, de verdad, real, prefiero, mejor
  `,
  courtesy: `
    por favor, porfavor, porfa, porfis, pf, plis, gracias, muchas gracias, mil gracias, hola, buenas, buenos días,
    buen día, buenas tardes, buenas noches, señor, señora, señorita, amigo, pues, bueno, eh, mmm, saludos, disculpe,
    disculpa, perdón, muy amable, amable, jaja, oye, oiga, entonces
  `,
  softYes: 'por favor, porfavor, porfa, bueno',
  yes: `
    sí, si, s, sip, sii, claro, claro que sí, por supuesto, desde luego, ok, okey, okay, okei, vale, de acuerdo,
    dale, está bien, esta bien, bien, muy bien, perfecto, genial, exacto, correcto, afirmativo, adelante, hazlo,
    hágalo, háganlo, cómo no, como no, con gusto, con mucho gusto, me parece bien, me parece, me gustaría, sí quiero,
    quiero, lo quiero, sí me gustaría, eso quiero, eso es, así es, bueno sí, venga, va, sale, órale, ándale, listo,
    seguro, sin duda, obvio, obviamente, totalmente, efectivamente, estaría bien, estaría genial, sería genial,
    sería bueno, sería perfecto, por qué no, conéctame, conécteme, comunícame, comuníqueme, pásame, páseme,
    hágame el favor, te lo agradecería, se lo agradecería, acepto, confirmo, yes, sí necesito, lo necesito,
    encantado, encantada, cuando quieras, cuando pueda, de una, buena idea, prefiero eso
  `,
  no: `
    no, n, nop, nope, nel, nones, no gracias, ahora no, todavía no, aún no, no hace falta, no es necesario,
    no quiero, no lo quiero, no deseo, no necesito, no lo necesito, mejor no, prefiero que no, prefiero no,
    para nada, de ninguna manera, en absoluto, ni hablar, nunca, jamás, nada, tampoco, claro que no,
    por supuesto que no, negativo, no por ahora, por ahora no, por el momento no, de momento no, no por el momento,
    más tarde, luego, después, en otro momento, otro día, déjalo, déjelo, olvídalo, olvídelo, cancela, cancelar,
    cancele, da igual, no importa, no te preocupes, no se preocupe, así está bien, así estoy bien, estoy bien,
    estoy bien así, ya no, que no, creo que no, no creo, no me interesa, espero, puedo esperar, sigo contigo,
    sigamos, seguimos, continuar, continúa, continúe, continuar con el bot, sigue tú, prefiero seguir contigo,
    no lo hagas, no me pases, no me gustaría, hoy no, no está bien, no está bien así, no así está bien, no todo bien,
    no tranquilo
  `,
  frustration: `
    (inútil|inútiles|inaceptable|inadmisible|ridículo|lamentable|pésimo|pésima|horrible|vergonzoso|vergonzosa|indignante|indignado|indignada|patético|patética|intolerable)
    (frustrado|frustrada|frustrante|furioso|furiosa|enojado|enojada|enfadado|enfadada|cabreado|cabreada|encabronado|molesto con|molesta con|desesperado|desesperada)
    (mierda|joder|carajo|coño|puta|puto|pendejo|pendejos|pendejada|idiota|idiotas|estúpido|estúpida|estúpidos|imbécil|imbéciles|cabrón|chingada|maldito|maldita|gilipollas|hostia|pelotudo|boludo|wtf)
    (peor|malísimo|mal|mala|malísima) (servicio|atención|empresa|experiencia|tienda)
    (servicio|atención) [muy|tan|es] (malo|mala|malísimo|malísima|pésimo|pésima|fatal)
    (pérdida|perder|perdiendo) [de] [mi|el] tiempo
    (estafa|estafadores|estafado|estafada|robo|ladrones|fraude)
    (harto|harta|hartos|cansado|cansada) (de|ya)
    (estoy|ya) [ya] (harto|harta|hasta las narices|hasta la madre|hasta los huevos|hasta el gorro)
    (es una|vaya|qué) (vergüenza|falta de respeto|tomadura de pelo|burla|desastre|porquería|basura)
    (esto|eso) es (una basura|un desastre|una broma|el colmo)
    no (sirve|sirven|sirves) (para|de) nada
    (no|nunca) (me|nos) (entiendes|entiende|entienden|ayudas|ayuda|ayudan|escuchas|escuchan|hacen caso|haces caso|contestan|responden)
    nadie (me|nos) (responde|contesta|ayuda|atiende|hace caso|llama)
    cuántas veces
    (ya|te|se) [te|se] lo [he] (dije|dicho|repetí|expliqué|explicado) [ya|mil|varias]
    por (tercera|cuarta|quinta|enésima|última) vez
    (llevo|llevamos) ... (esperando|horas|días|semanas)
    odio (esto|este|esta|su|tu|hablar con)
    no es lo que (pregunté|pedí|dije|quiero)
  `,
  calm: `
    no (está|es|estoy|fue) [tan|nada] (mal|malo|horrible|enojado|enfadado|molesto|inútil|pésimo)
    pregunta (estúpida|idiota|tonta)
    robo de identidad
    (denunciar|evitar|reportar) (un|una) (robo|estafa|fraude)
  `,
  says: {
    askHandover: '¿Quieres que te atienda una persona de nuestro equipo? Responde sí o no.',
    askHandoverAgain:
      'Perdona, no me ha quedado claro. ¿Te paso con una persona del equipo? Responde sí o no, por favor.',
    askHandoverLater:
      'Nuestro equipo no está ahora y vuelve el {when}. ¿Dejo tu pregunta para que te responda una persona? Responde sí o no, por favor.',
    askHandoverAway:
      'Ahora mismo no hay nadie del equipo disponible. ¿Dejo tu pregunta para que te responda una persona más tarde? Responde sí o no.',
    handedOver: '¡Gracias! Una persona de nuestro equipo te responderá aquí mismo.',
    handedOverLater:
      'Nuestro equipo no está ahora. Hemos guardado tu mensaje y una persona te responderá aquí a partir del {when}.',
    nobodyAvailable:
      'Ahora mismo no hay nadie del equipo disponible. Hemos guardado tu mensaje y te responderemos aquí lo antes posible.',
    continueWithBot: 'De acuerdo, sigo aquí para ayudarte. ¿Qué te gustaría saber?',
    clarify: 'Perdona, no te he entendido bien. ¿Puedes decirlo con otras palabras?',
    clarifyBetween: '¿A cuál te refieres: {options}?',
    askAgain: 'Con esto respondo a una parte de tus preguntas. Por favor, envíame las demás otra vez.',
    handedBack: 'Vuelves a hablar con nuestro asistente. ¿En qué te ayudo?',
    yes: 'Sí, por favor',
    no: 'No, gracias',
    sorryFailed: 'Lo siento, algo ha fallado por nuestra parte. Inténtalo de nuevo en un momento, por favor.',
  },
};
