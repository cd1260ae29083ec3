import type { LanguagePhrases } from './language-phrases.ts';

export const en: LanguagePhrases = {
  groups: {
    talk: 'talk|speak|chat|deal|talking|speaking|chatting|dealing|converse|communicate',
    talkTo: '{talk} [directly|live|privately|instead] (to|with|w)',
    a: 'a|an|the|your|any|some|one of your|my|another|an actual',
    kind: 'real|live|actual|human|proper|different|senior|sales|support|customer|service|care|higher|account|real life',
    // Nobody says these without wanting one.
    agent:
      'human|human being|humans|person|agent|agents|operator|representative|representatives|rep|reps|manager|supervisor|customer service|customer support|customer care|customer services|support team|support agent|sales team|team member|member of staff|staff member|service desk|help desk|live chat|live support',
    // These need a verb of talking.
    anyone:
      'someone|somebody|anyone|anybody|people|staff|support|employee|advisor|adviser|consultant|specialist|technician|colleague|boss|owner|assistant manager|salesperson|doctor|expert|team|whoever|nobody|no one',
    staff: '[{a}] [{kind}] [{kind}] ({agent}|{anyone})',
    strong: '[{a}] [{kind}] [{kind}] {agent}',
    bot: '[stupid|dumb] (bot|bots|robot|robots|chatbot|ai)',
    machine: '{bot}|machine|computer|program|automated system',
    this: 'a|an|the|this|these|your|any|some',
    not: 'dont|do not|didnt|did not|doesnt|does not|wont|will not|wouldnt|would not|never|wasnt|was not|shouldnt',
    wish: 'want|need|wish|like|care|have|got|wanna|prefer|intend|plan|require|ask|asking|asked|trying|looking',
    adverb: 'really|even|actually|yet|necessarily|particularly|ever|currently|rather|just|think i|think we|feel like',
    ask: 'want|need|wanna|prefer|require|request|demand|would like|id like|wed like|want to have|like to have|want to see|want to get|need to see|need help from|want help from|waiting for|asking for|asked for|insist on|rather have',
    hand: 'connect|transfer|forward|redirect|switch|put|pass|hand|refer|route|direct|escalate|patch',
  },
  human: `
    {talkTo} {staff}
    {hand} [me|us|this|it|my case|my ticket|my issue|this chat|the chat] [over|through|on|back] (to|with) {staff}
    (get|give|find|send|bring|fetch) (me|us) {strong}
    (get|put) (me|us) (someone|somebody)
    (get|find|send|have) (someone|somebody) to (help|assist|call|contact|answer|message) me
    (a word|a chat|a conversation|a call|in touch|a talk) with {staff}
    (help|assistance|support|answer) from {strong}
    {ask} {strong}
    (can|could|may|let|have) (i|we|me|us) [please|just] (have|get|see|reach|contact|call|message|ask for|ask|request) {strong}
    (reach|contact|get hold of|get in touch with|get through to|speak) {strong}
    contact [your|the] support (please|,)
    (is|are) there (anyone|anybody|someone|somebody|{staff}) [real|here|else|available|at all] [who|that|i|we] [can|could|to] ({talk}|available|here|there|around|online|help|assist)
    (is|are) (anyone|anybody|someone|somebody) (there|here|around|real|available|online)
    (someone|somebody|{strong}) [real|else] (i|we|who i) (can|could) {talk}
    (someone|somebody|{strong}) to {talk} (to|with)
    (someone|somebody|anyone) (from|in|on) (your|the) (team|staff|support|company|office|crew)
    (can|could|will|have|let) [please] (someone|somebody|{strong}) [please] (call|phone|contact|ring|message|take over|get back to|reach out|answer me|reply to me) [me]
    (can|could|will) you [please] (call|phone|ring) me
    (please|just|to) (call|phone|ring) me (at|on|now|asap|today|tomorrow|please|,)
    (call|phone|ring) me back
    human (agent|operator|help|support|assistance|assistant|representative|rep|advisor|service|contact|intervention|please)
    (real|live|actual) (agent|person|human|operator|representative|support|chat|rep|people)
    someone real
    (not|dont|do not|rather not|no longer|stop|hate|sick of|tired of|done) [want|wanna|like] [to|with] {talkTo} [{this}] {machine}
    (not|dont|do not|no longer) [want|need|wanna|like] {this} {bot}
    (no more|stop|hate|sick of|tired of|instead of) [{this}] {bot}
    no {bot} (please|,)
    escalate (this|my|it|the)
  `,
  refusesHuman: `
    {not} [{adverb}] {wish} [to|for|any] [help from|assistance from|support from] [be] [{hand}|connected|transferred] [me] [{talk}|see|reach|contact] [to|with] {staff}
    {not} [{adverb}] ({talk}|{hand}|contact|call|get|send|bring) [me] [over|through] [to|with] {staff}
    (no need|not necessary|no reason|not needed) (to|for) [{talk}|contact|{hand}] [me] [to|with] {staff}
    (without|avoid|instead of|rather than) [having to] [{talk}|contacting|calling|involving] [to|with] {staff}
    (rather|prefer|prefer to|like to) not [to] [be] [{talk}|{hand}|contact|have] [me] [to|with] {staff}
    not (asking|looking|here|trying|going) (for|to) [{talk}] [to|with] {staff}
    no (human|agent|operator|person|representative|manager) (please|needed|required|necessary)
    (nobody|no one) to {talk}
  `,
  notHuman: `
    human (resources|rights|error|hair|body|food|grade|trafficking|nature|readable|resource)
    (are|r|is|am|was|were) (you|u|this|it|i|we|that|he|she) [really|actually|just|even] [{talkTo}|connected to|dealing with] {staff}
    (are|r|is) (you|u|this|it|that) [really|actually|just|not] [{a}] {bot}
    (you|youre|u) [are|r|not] [not] [{a}] [{kind}] (human|person|{machine})
    (im|i am) [not] [{a}] [{kind}] (human|person|agent|manager|representative|{bot}|real person)
    {agent} (hours|phone|number|numbers|email|address|job|jobs|position|positions|fee|fees|salary|course|login|portal|app|account|policy|schedule|vacancy|commission|discount|training|license|role|department hours)
    (estate|travel|insurance|cleaning|booking|property|letting|shipping|secret|user|reduction) (agent|agents|agency)
    (password|task|file|download|property|window|package|project|product) manager
    (become|being|work as|apply as|hired as) [{a}] {strong}
    (hours|number|email|address|phone) (of|for) [{a}] {strong}
    per person
  `,
  soleHuman: `
    human, human being, person, agent, operator, representative, rep, manager, supervisor, real person, live agent,
    live person, real human, real agent, customer service, customer support, customer care, support agent, live chat,
    live support, human agent, human support, help desk, someone real, human operator, service agent, sales rep,
    sales representative, customer service agent, customer service representative, customer service rep,
    support team, talk to agent, the manager, staff member
  `,
  frame: `
    a, an, the, your, i, we, want, need, would like, id like, just, get, get me, give me, now, right now, asap,
    immediately, to, i want, i need, can i have, can i get, can you get me, may i have, some, any, real, actual,
    with, quickly, urgent, urgently, not a bot, no bot
  `,
  courtesy: `
    please, pls, plz, pleas, thanks, thank you, thank you very much, thanks a lot, many thanks, thx, ty, cheers, hi,
    hello, hey, good morning, good afternoon, good evening, sir, madam, maam, mate, buddy, dear, well, oh, um, uh,
    hmm, then, so much, man, kindly, lol, its fine, its ok, its okay, thats fine, thats ok, thats okay
  `,
  softYes: 'please, pls, plz, pretty please',
  yes: `
    yes, y, ye, yea, yeah, yeh, yep, yup, yah, ya, yess, aye, ok, k, kk, okay, okey, oki, okey dokey, sure,
    sure thing, of course, ofc, certainly, definitely, absolutely, exactly, correct, right, alright, all right, fine,
    fine by me, great, perfect, cool, nice, good, good idea, sounds good, sounds great, that works, works for me,
    that would be great, that would be good, that would be nice, that would be lovely, that would be helpful,
    that would help, that would be perfect, go ahead, go for it, go on, do it, do so, do that, lets do it,
    lets do that, lets go, lets, why not, by all means, be my guest, i do, i would, i want, i want to, i want that,
    i want it, i would like that, id like that, id love that, id love to, id like to, i would like to,
    i would love that, i agree, agreed, i accept, i guess, i guess so, i think so, i suppose so, please do,
    connect me, transfer me, put me through, pass me on, hand me over, make it so, affirmative, indeed,
    with pleasure, gladly, happy to, yes i do, very much, if you can, if possible, thats good, totally, for sure,
    obviously, naturally, true, roger, yessir, i need one, i need it, i need that, i want one, please connect,
    connect
  `,
  no: `
    no, n, nah, nope, nay, no way, not now, not right now, not at the moment, not yet, not really, not at all,
    not today, not necessary, not needed, no need, no need to, never, never mind, nevermind, nvm, no thanks,
    no thank you, no thank you very much, no thanks a lot, no thx, no ty, im good, i am good, im fine, i am fine,
    im ok, im okay, im all set, all good, dont, do not, please dont, dont do that, dont do it, dont bother,
    dont worry, dont worry about it, i dont, i do not, i dont want, i dont want to, i do not want to,
    i dont want that, i dont want it, i do not want that, i dont need, i dont need it, i dont need that,
    i dont need one, i do not need it, i dont think so, i would not, i wouldnt, id rather not, i would rather not,
    rather not, i prefer not, i prefer not to, i refuse, negative, later, maybe later, some other time, another time,
    not for now, cancel, stop, forget it, forget about it, leave it, drop it, skip, absolutely not, definitely not,
    certainly not, of course not, hell no, no problem ill wait, ill wait, i will wait, i can wait, keep going,
    continue, continue with the bot, continue with bot, continue with you, stay with you, stay with the bot,
    you can help me, lets continue, ill stay with you, ill stay here, not interested, not this time
  `,
  frustration: `
    (useless|unhelpful|ridiculous|unacceptable|pathetic|terrible|horrible|awful|disgusting|disgraceful|appalling|infuriating|outrageous)
    (frustrated|frustrating|furious|annoyed|annoying|pissed|outraged|fuming)
    (stupid|dumb|idiotic|idiot|moron|morons|idiots|bullshit|crap|damn|dammit|fuck|fucking|fucked|fuckin|shit|shitty|wtf|ffs|omfg|bloody hell|screw you)
    (worst|rubbish|garbage|horrendous|atrocious) (service|support|company|experience|bot|app|shop|store|ever|customer service)
    (waste|wasting) [of] [my|our] time
    (rip off|ripoff|scam|scammers|scammed|fraudsters)
    (sick|tired|fed up|done|had enough) (of|with) (this|you|your|waiting|it|these|all)
    (fed up|enough is enough|this is a joke|what a joke|for gods sake|for fucks sake|for the love of god)
    (sick and tired|lost my patience|losing my patience|losing patience|running out of patience)
    i (hate|despise) (this|it|you|your|that|dealing)
    (how many times|for the (third|fourth|fifth|tenth|hundredth|last|millionth) time)
    (i already|ive already|i have already) (told|said|asked|explained|answered) [you|that|this]
    (you|u) (dont|do not|didnt|cant|never) (understand|listen|get it|read|help|answer)
    (not|isnt|arent|wasnt|doesnt|never) [being|at all|very|any] (helpful|helping|help)
    (thats|that is|this is) not what i (asked|said|meant|want)
    (nobody|no one|none of you) [ever|is|has] (answers|answered|answering|replies|replied|replying|responds|responded|responding|helps|helped|helping|cares|calls)
    (still|been) waiting ... (hours|days|weeks|ages|forever|month|months)
    (bad|poor|lousy) (service|support|experience|customer service)
  `,
  calm: `
    (not|isnt|wasnt|nothing) (bad|terrible|horrible|awful|annoyed|useless|stupid|frustrated|annoying|ridiculous|a scam|angry|that bad)
    (stupid|dumb|silly) (question|questions|of me|me)
    (sorry to be|dont want to be|not to be) [so] (annoying|stupid)
    (i feel|feeling|im so|i am so|im just|i was) (stupid|dumb|idiotic|an idiot)
    (avoid|report|about) (a|the|this) (scam|scammers)
  `,
  says: {
    askHandover: 'Would you like a person from our team to help you here? Just answer yes or no.',
    askHandoverAgain:
      "Sorry, I wasn't sure what you meant. Shall I get a person from our team? Please answer yes or no.",
    askHandoverLater:
      "Our team isn't here right now and will be back on {when}. Shall I leave your question for a person? Please answer yes or no.",
    askHandoverAway:
      'Nobody from our team is free right now. Shall I leave your question for a person, who will answer later? Please answer yes or no.',
    handedOver: 'Thank you! A person from our team will answer you right here.',
    handedOverLater:
      "Our team isn't here right now. Your message is saved, and a person will answer you here from {when} on.",
    nobodyAvailable:
      "Nobody from our team is free right now. Your message is saved, and we'll answer you here as soon as we can.",
    continueWithBot: "All right, I'm still here for you. What would you like to know?",
    clarify: "Sorry, I didn't quite understand. Could you say it in other words?",
    clarifyBetween: 'Which one do you mean: {options}?',
    askAgain: 'That answers some of your questions. Please send me the others once more.',
    handedBack: "You're chatting with our assistant again. How can I help?",
    yes: 'Yes, please',
    no: 'No, thanks',
    sorryFailed: 'Sorry, something went wrong on our side. Please try again in a moment.',
  },
};
