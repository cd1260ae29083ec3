import { baseLanguage } from './base.ts';
import { words } from './words.ts';

/** The folded words of a language that stand in any message whatever it is about. Empty for languages not listed. */
export function stopWords(language: string): Set<string> {
  const base = baseLanguage(language);
  let known = made.get(base);
  if (!known) {
    if (!Object.hasOwn(lists, base)) return new Set();
    known = new Set(words(lists[base] ?? '', base));
    made.set(base, known);
  }
  return known;
}

const made = new Map<string, Set<string>>();

const lists: Record<string, string> = {
  en: "a an the i me my mine you your yours u ur we us our it its he she they them this that these those is are am was were be been being do does did doing have has had having can could will would shall should may might must to of in on at for with from by about as into and or but if so than then there here not no any some what when where which who whom whose why how what's i'm i'd i've i'll it's don't can't please hi hello hey thanks thank just get got want need like know tell let also too very yes yeah yep yup ok okay sure",
  es: 'el la los las un una unos unas lo le les al del de en a con por para sin sobre y o u e pero si que qué cual cuál cuando cuándo donde dónde como cómo quien quién cuanto cuánto yo tu tú mi mis su sus me te se nos es son está están estoy ser estar hay ha he han tengo tiene tienen tienes puedo puede pueden puedes quiero quisiera este esta esto ese esa eso muy más no por favor hola gracias sí',
  pt: 'o a os as um uma uns umas ao à do da dos das no na nos nas de em com por para pra sem sobre e ou mas se que qual quais quando onde como quem quanto eu tu você vocês vc meu minha seu sua me te nos é são está estão estou ser estar há tem têm tenho posso pode podem quero queria este esta isto esse essa isso muito mais não por favor olá oi obrigado sim',
  fr: 'le la les l un une des du de d au aux à en dans avec par pour sans sur et ou mais si que qu quel quelle quels quelles quand où comment qui quoi pourquoi combien je j tu vous nous il elle on ils elles mon ma mes votre vos ton ta me m te t se s c ce cet cette ces est es sont suis êtes être ai as a avez avoir ont y ne n pas plus très puis peux peut pouvez faire veux voudrais il svp bonjour merci oui non ok',
  de: 'der die das den dem des ein eine einen einem einer und oder aber wenn dass zu zum zur in im an am auf aus bei mit nach von vom für über um ich du sie ihr wir er es man mich mir dich dir uns euch mein meine meinen meiner dein deine ihre ihren sein ist sind bin bist war waren habe hat haben habt hast kann können könnt kannst könnte will möchte muss soll wird werden was wann wo wer wie warum wieso welche welcher welches nicht kein keine auch noch nur so denn da hier bitte hallo danke gibt ja nein ok',
  it: 'il lo la i gli le l un uno una di a da in con su per tra del dello della dei delle al allo alla ai dal dalla nel nella sul e o ma se che chi cosa quale quali quando dove come perché quanto io tu voi noi lei mi ti si ci vi mio mia suo sua è sono sei siete essere ho ha hai avete hanno avere posso può potete puoi vorrei voglio questo questa quello non più molto per favore ciao grazie sì no ok',
  nl: 'de het een en of maar als dat die dit deze in op aan bij met naar van voor uit over om te tot ik je jij u uw jullie we wij hij zij ze mij me mijn zijn is ben bent was waren heb heeft hebben kan kunnen kunt wil willen moet zal zou wat wanneer waar wie hoe waarom welke niet geen ook nog er hier alsjeblieft alstublieft hallo bedankt ja nee ok',
  ru: 'и а но или если что чтобы как когда где куда кто какой какая какие каков сколько почему зачем ли же бы не ни да нет я мне меня мой моя мои ты тебя вы вас вам ваш ваша ваши у нас мы он она они это этот эта эти то в во на с со из к ко по за о об от до для при под над без есть был быть можно могу можете хочу надо нужно очень еще уже там тут пожалуйста здравствуйте привет спасибо',
  uk: 'і й та а але або якщо що щоб як коли де куди хто який яка які скільки чому чи ж би не ні так я мені мене мій моя мої ти тебе ви вас вам ваш ваша ваші у в нас ми він вона вони це цей ця ці то на з із зі до по за о об від для при під над без є був бути можна можу можете хочу треба потрібно дуже ще вже там тут будь ласка привіт дякую',
  pl: 'i a ale lub albo czy jeśli że żeby jak kiedy gdzie kto co jaki jaka jakie ile dlaczego nie tak ja mnie mi mój moja moje ty ciebie wy was pan pani my on ona oni to ten ta te w we na z ze do po za o od dla przy pod nad bez jest są był być mogę można możecie chcę muszę bardzo jeszcze już tam tu się proszę cześć dzień dobry dziękuję',
  tr: 've veya ya da de ama eğer ki ne nasıl zaman nerede nereye kim hangi kaç neden niçin mi mı mu mü değil ben bana beni benim sen sana siz size sizin biz o bu şu bir için ile var yok çok daha olarak olan gibi lütfen merhaba teşekkürler istiyorum evet hayır tamam',
  ar: 'و أو ثم لكن إن أن إذا ما ماذا متى أين كيف من هل كم لماذا أي لا نعم أنا أنت أنتم نحن هو هي هم هذا هذه ذلك تلك في على إلى عن مع عند بين قبل بعد كل لدي لي لك يا قد كان يكون يمكن يمكنني أريد لو سمحت مرحبا شكرا التي الذي',
  he: 'ו או אבל אם כי ש מה מתי איפה איך מי למה כמה איזה האם לא כן אני אתה את אתם אנחנו הוא היא הם זה זאת אלה של על אל עם ב ל מ יש אין לי לך שלי שלכם אפשר רוצה צריך יכול בבקשה שלום תודה גם רק עוד',
  hi: 'और या लेकिन अगर कि क्या कब कहाँ कैसे कौन कितना कितने क्यों नहीं हाँ मैं मुझे मेरा मेरी मेरे आप आपका आपकी आपके हम यह वह ये वो का की के को से में पर है हैं हो था थी थे कर करें करना सकता सकते सकती चाहिए जी कृपया नमस्ते धन्यवाद तो भी ही ki ka ke ko se me mein hai hain kya kab kaise kahan aap mujhe mera',
  id: 'dan atau tapi tetapi jika kalau bahwa apa apakah kapan di mana dimana bagaimana siapa berapa kenapa mengapa tidak ya saya aku kamu anda kami kita dia mereka ini itu yang ke dari untuk dengan pada dalam oleh ada adalah bisa boleh mau ingin harus akan sudah belum juga sangat tolong halo terima kasih iya',
  zh: '的 了 吗 吧 呢 啊 我 你 您 他 她 它 我们 你们 他们 是 在 有 和 与 就 都 也 很 把 被 给 对 从 到 这 那 这个 那个 什么 怎么 怎样 如何 哪 哪里 哪个 谁 几 多少 为什么 能 可以 会 要 想 不 没 请 问 请问 一个 嗎 個 們 嘛 么 好 好的',
  ja: 'の は が を に で と も へ から まで や か ね よ です ます た て だ する し い る ない ん さ 何 いつ どこ どう どの だれ 誰 なぜ どうして どんな これ それ あれ この その あの こと もの お ご ください 下さい か いる ある あり まし ませ ん れ はい いいえ',
  da: 'og i jeg det at en den til er som på de med han af for ikke der var mig sig men et har om vi min havde ham hun nu over da fra du ud sin dem os op man hans hvor eller hvad skal selv her alle vil blev kunne ind når være kan din hvordan hvornår hvorfor ja nej',
  sv: 'och i jag det att en den till är som på de med han av för inte där var mig sig men ett har om vi min hade ni nu över från du ut sin dem oss upp man eller vad ska själv här alla vill kan din hur när varför hej tack ja nej',
  sr: 'i a ali ili ako da li sta kako kada gde ko koji koja koje koliko zasto ne ja mi me moj moja ti te vi vas mi on ona oni to taj ta ova ovo u na s sa iz k po za o od do je su sam si ste smo biti mogu moze zelim hvala',
};
