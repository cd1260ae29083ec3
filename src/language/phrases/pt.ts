import type { LanguagePhrases } from './language-phrases.ts';

export const pt: LanguagePhrases = {
  groups: {
    talk: 'falar|conversar|comunicar|contactar|contatar|tratar|falo|converso|entrar em contato|entrar em contacto|teclar|falasse|bater papo|dialogar|ligar|me comunicar',
    a: 'um|uma|o|a|os|as|algum|alguma|seu|sua|teu|tua|outro|outra|meu|qualquer|um dos|uma das|um de seus|vosso|vossa|do|da|no|na|ao|à|pelo|pela|com o|com a|num|numa',
    kind: 'real|humano|humana|verdadeiro|verdadeira|bom|boa',
    agent:
      'pessoa|humano|humana|humanos|atendente|atendentes|operador|operadora|agente|agentes|assistente humano|representante|gerente|supervisor|supervisora|ser humano|encarregado|encarregada|atendimento ao cliente|apoio ao cliente|serviço ao cliente|suporte ao cliente|sac|assistente real',
    anyone:
      'alguém|alguem|funcionário|funcionária|responsável|colaborador|colaboradora|consultor|consultora|vendedor|vendedora|técnico|suporte|suporte técnico|especialista|dono|dona|chefe|diretor|gente|equipe|equipa|recepção|balconista|central de atendimento|atendimento',
    staff: '[{a}] [{kind}] ({agent}|{anyone})',
    strong: '[{a}] [{kind}] {agent}',
    bot: '(bot|bots|robô|robôs|robot|máquina|máquinas|chatbot|ia)',
    want: 'quero|queremos|queria|gostaria de|gostaríamos de|preciso|preciso de|precisamos de|precisava de|desejo|prefiro|preferia|exijo|solicito|peço|procuro|me dá|me dê|dá me|dê me|me arruma|quer|chama|chame|chamem|chamar|me chama|me chame|cadê',
    pass: 'transfere|transfira|transfiram|transferir|transfer|passa|passe|passem|passar|conecta|conecte|conectar|encaminha|encaminhe|encaminhar|direciona|direcione|direcionar|liga|ligue|põe|coloca|coloque|colocar|redireciona|redirecione|redirecionar|transferido|transferida|encaminhado|encaminhada|falar',
  },
  human: `
    {talk} [diretamente|direto|logo|por favor|agora|já] (com|para|a|ao) {staff}
    [me] {pass} [me|nos|isso|o atendimento|a conversa|por favor] [por favor|em contato|em contacto] (para|com|a|ao|pro|pra) {staff}
    {want} [por favor|logo|já|ver|ter|contato com|contacto com|ajuda de|atendimento de|que me passe|que me passem] {strong}
    (ser|seja|sou|me) [atender|atendido|atendida|atendidos|ajudado|ajudada] (por|pelo|pela) {staff}
    que {staff} me (atenda|ajude|ligue|responda|chame|contate|contacte)
    (pode|poderia|podia|consegue) me (atender|ajudar|ligar) {staff}
    {staff} (pode|poderia|podia) (me atender|me ajudar|me ligar|falar comigo|me responder|atender me|ajudar me|ligar me|assumir)
    (atendimento|atendente|agente|suporte|ajuda|assistência|operador|contato|contacto|apoio|assistente|pessoa|representante) (humano|humana|humanizado|real|de verdade|pessoal|presencial|ao vivo|de carne e osso)
    (humano|humana) (real|de verdade)
    (tem|há|existe|tem aí|será que tem) (alguém|alguem|{strong}) [real|humano|de verdade|aí|ai|aqui|online] (aí|ai|aqui|disponível|online|para|pra|que|com quem|real|de verdade|,)
    (alguém|alguem|{strong}) (com quem|que me|que possa|que pode|pra|para) [eu] (falar|possa falar|posso falar|atenda|ajude|possa ajudar|me atender|me ajudar|conversar)
    (alguém|alguem) (da|do|de) [sua|vossa|tua] (equipe|equipa|empresa|loja|suporte|atendimento)
    (me liga|me ligue|me liguem|liguem me|ligue me|podem me ligar|pode me ligar|podem ligar me|me telefona|retornar a ligação|me retorne)
    não (quero|queremos|gosto de) {talk} (com|a) [{a}] {bot}
    não quero [mais] [um|uma|esse|este|essa] {bot}
    (em vez de|ao invés de|chega de|cansado de|cansada de|farto de|farta de|sem) [{a}|esse|este|essa|falar com] [{a}|esse|este|essa] {bot}
  `,
  refusesHuman: `
    não (quero|queremos|preciso|precisamos|desejo|gostaria|precisa|queria|pretendo|vou|é necessário|necessito|faço questão|tenho que|estou pedindo|há necessidade|me) [mais|de|para] [que|me|ser] [{talk}|{pass}|chamar|incomodar|ver] [com|de|para|pra|a|ao] ({staff}|ninguém|nenhum atendente)
    não (me|nos) (transfira|transfere|passe|passa|encaminhe|encaminha|conecte|direcione) [com|para|pra|a|ao] {staff}
    (prefiro|preferia|melhor) não [{talk}|{pass}] [com|para|a] {staff}
    sem [precisar|ter que|ter de|necessidade de] [{talk}|{pass}] [com|para|a|de] {staff}
    não precisa [de|chamar|passar|transferir|me passar] [para|pra] {staff}
  `,
  notHuman: `
    (recursos|direitos|seres|erro|erros|corpo) (humanos|humano)
    (você é|vc é|vocês são|tu és|és|é|são|será|voce e|vc e|estou falando com|falo com|estou a falar com|eu tô falando com|tô falando com) [mesmo|realmente|você|com] [{a}] [{kind}] (pessoa|humano|humana|atendente|{bot}|gente|alguém real)
    (estou falando|tô falando|estou a falar|converso|conversando) com {staff}
    (sou|somos) {staff}
    por pessoa
    agente* (de viagens|de viagem|imobiliário|de saúde|de seguros)
    (trabalhar como|vaga de|vaga para|ser|emprego de|salário de) {strong}
    (horário|horários|telefone|número|email|endereço) (do|da|de|para) {staff}
    uma pessoa (a mais|adicional|com)
  `,
  soleHuman: `
    pessoa, pessoa real, pessoa de verdade, humano, atendente, atendente humano, operador, operadora, agente,
    agente humano, representante, gerente, supervisor, ser humano, atendimento humano, atendimento ao cliente,
    apoio ao cliente, assistente humano, alguém de verdade, suporte humano, sac, uma pessoa, atendimento,
    falar atendente, encarregado, com alguém, com uma pessoa, com um atendente
  `,
  frame: `
    um, uma, o, a, com, para, quero, preciso, preciso de, queria, gostaria de, gostaria, falar, agora, já, urgente,
    logo, me passa, me dá, de verdade, real, não um robô, não robô, imediatamente, agora mesmo, eu, eu quero,
    eu preciso de
  `,
  courtesy: `
    por favor, porfavor, pfv, pf, pfvr, faz favor, se faz favor, por gentileza, por obséquio, obrigado, obrigada,
    brigado, brigada, obg, vlw, valeu, muito obrigado, muito obrigada, grato, grata, olá, oi, oie, bom dia,
    boa tarde, boa noite, senhor, senhora, moço, moça, amigo, então, bom, bem, hum, hmm, ah, né, viu, tá, kkk, rs,
    desculpa, desculpe, gentileza, eu
  `,
  softYes: 'por favor, porfavor, pfv, por gentileza, se faz favor',
  yes: `
    sim, s, ss, siim, si, claro, claro que sim, com certeza, certamente, certo, ok, okay, okey, oki, blz, beleza,
    tudo bem, está bem, tá bem, tá bom, ta bom, está bom, pode ser, pode, podem, pode sim, por favor sim, isso,
    isso mesmo, exato, exatamente, correto, perfeito, ótimo, show, bora, vamos, vamos lá, vamos nessa, vai, manda,
    manda ver, quero, quero sim, eu quero, aceito, concordo, de acordo, combinado, fechado, positivo, afirmativo,
    isso aí, uhum, aham, ahã, é, é isso, gostaria, gostaria sim, eu gostaria, seria ótimo, seria bom, seria perfeito,
    por que não, porque não, com prazer, sem dúvida, óbvio, lógico, faça isso, faz isso, faça, pode fazer,
    pode passar, pode transferir, pode chamar, me transfere, me transfira, transfira, me passa, passa, chama,
    boa ideia, preciso, preciso sim, se possível, se puder, yes, pois sim, força, bora lá, prefiro, prefiro sim,
    joia, fixe, confirmo, confirmado, jóia, obviamente, siga
  `,
  no: `
    não, nao, n, nn, num, naum, não obrigado, não obrigada, agora não, ainda não, não precisa, não é preciso,
    não é necessário, não quero, eu não quero, não preciso, não gostaria, não desejo, melhor não, prefiro não,
    prefiro que não, de jeito nenhum, de forma alguma, de modo nenhum, nunca, jamais, nada, claro que não,
    com certeza não, nem pensar, negativo, por enquanto não, por agora não, não por agora, não agora, mais tarde,
    depois, outra hora, outro dia, deixa, deixa pra lá, deixe, deixa estar, esquece, esqueça, cancela, cancelar,
    cancele, não importa, tanto faz, não vale a pena, não se preocupe, não te preocupes, estou bem assim, tô bem,
    tô de boa, de boa, vou esperar, eu espero, espero, posso esperar, continuar, continua, continue, vamos continuar,
    continuar com o bot, fico com você, não faça isso, acho que não, não acho, creio que não, hoje não,
    não tenho interesse, nem um pouco, não mesmo, nops, não não, dispenso, não me transfere, pare, parar, nem,
    não há necessidade, não tudo bem, não tá bom, não está bem assim, não tranquilo, não valeu
  `,
  frustration: `
    (inútil|inúteis|inaceitável|ridículo|ridícula|péssimo|péssima|horrível|vergonhoso|vergonhosa|lamentável|absurdo|inadmissível|patético|patética|palhaçada|descaso|desrespeito|incompetente|incompetentes)
    (frustrado|frustrada|frustrante|furioso|furiosa|irritado|irritada|irritante|revoltado|revoltada|indignado|indignada|puto|puta|bravo com|chateado com|chateada com)
    (merda|porra|caralho|foda|foder|cacete|bosta|idiota|idiotas|burro|burra|burros|imbecil|estúpido|estúpida|otário|otária|cabrão|pqp|fdp|vtnc|wtf|desgraça|lixo)
    (pior|mau|ruim|fraco) (atendimento|serviço|empresa|experiência|loja|suporte)
    (atendimento|serviço) (ruim|péssimo|horrível|lixo|fraco|lamentável|uma vergonha)
    (perda de|perder|perdendo|perdi) [meu|o meu] tempo
    (golpe|golpistas|enganado|enganada|enganação|ladrões|vigarice|burla|palhaços|roubo)
    (cansado|cansada|farto|farta|saco cheio|sem paciência|perdendo a paciência|de saco) (de|disso|com|cheio|já)
    (que|é uma|é um) [grande] (vergonha|absurdo|falta de respeito|piada|palhaçada|desrespeito|descaso)
    (não|nunca) (serve|servem|resolve|resolvem) [para|pra] nada
    (você|vc|vocês|vcs) não (entende|entendem|ajuda|ajudam|escuta|lê|responde|respondem|resolve|resolvem)
    ninguém [me] (responde|atende|ajuda|resolve|liga|retorna)
    (que|uma) droga
    quantas vezes
    (já|ja) [te|lhe|vos] (disse|falei|expliquei|respondi|perguntei|pedi) [isso|mil|várias|que]
    (terceira|quarta|quinta|décima|enésima|última) vez que
    (esperando|à espera|espera|aguardando|espero) ... (horas|dias|semanas|meses|séculos)
    (odeio|detesto) (isso|isto|esse|este|essa|vocês|falar com)
    não (foi|é) [isso] [o] que (perguntei|pedi|eu perguntei|eu pedi|quero)
  `,
  calm: `
    (não|nada) (é|está|foi|estou) [tão|nada] (ruim|mau|horrível|péssimo|irritado|bravo|inútil|absurdo)
    pergunta (idiota|burra|boba|estúpida)
    (cesto|saco|balde|lata) de lixo
    (denunciar|evitar|reportar) (um|uma|o) (golpe|roubo|burla)
  `,
  says: {
    askHandover: 'Quer falar com uma pessoa da nossa equipe? É só responder sim ou não.',
    askHandoverAgain:
      'Desculpe, não ficou claro para mim. Quer falar com uma pessoa da equipe? Responda sim ou não, por favor.',
    askHandoverLater:
      'Nossa equipe não está agora. De volta: {when}. Posso deixar sua pergunta para uma pessoa responder? Responda sim ou não, por favor.',
    askHandoverAway:
      'No momento ninguém da equipe está disponível. Posso deixar sua pergunta para uma pessoa responder mais tarde? Responda sim ou não.',
    handedOver: 'Obrigado! Uma pessoa da nossa equipe vai responder aqui mesmo.',
    handedOverLater:
      'Nossa equipe não está agora. Sua mensagem foi guardada e uma pessoa responderá aqui a partir de: {when}.',
    nobodyAvailable:
      'No momento ninguém da equipe está disponível. Sua mensagem foi guardada e responderemos aqui assim que possível.',
    continueWithBot: 'Tudo bem, continuo aqui para ajudar. O que gostaria de saber?',
    clarify: 'Desculpe, não entendi bem. Pode dizer de outra forma?',
    clarifyBetween: 'Qual destes: {options}?',
    askAgain: 'Respondi a uma parte das suas perguntas. Por favor, envie-me as outras novamente.',
    handedBack: 'Você está de novo com o nosso assistente. Como posso ajudar?',
    yes: 'Sim, por favor',
    no: 'Não, obrigado',
    sorryFailed: 'Desculpe, algo deu errado do nosso lado. Tente de novo daqui a pouco, por favor.',
  },
};
