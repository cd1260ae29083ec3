import type { LanguagePhrases } from './language-phrases.ts';

export const hi: LanguagePhrases = {
  // In Devanagari and, as most people type it, in Latin letters.
  groups: {
    agent:
      'इंसान|इन्सान|आदमी|व्यक्ति|एजेंट|एजेन्ट|प्रतिनिधि|मैनेजर|प्रबंधक|ऑपरेटर|आपरेटर|कर्मचारी|अधिकारी|कस्टमर केयर|ग्राहक सेवा|सुपरवाइजर|मानव|मनुष्य|insaan|insan|aadmi|admi|vyakti|agent|manager|operator|representative|karmchari|customer care|human|person|executive|supervisor',
    anyone: 'किसी|कोई|स्टाफ|टीम|सपोर्ट|विशेषज्ञ|मालिक|kisi|koi|staff|team|support|malik|owner|banda|bande|kisi bande',
    kind: 'असली|वास्तविक|जीवित|रियल|असल|asli|real|sachche|zinda|live|दूसरे|dusre',
    staff: '[किसी|एक|कोई|आपके|अपने|kisi|ek|koi|aapke|apne] [{kind}] ({agent}|{anyone})',
    strong: '[किसी|एक|कोई|आपके|अपने|kisi|ek|koi|aapke|apne] [{kind}] {agent}',
    with: 'से|के साथ|को|se|ke saath|ke sath|ko',
    talk: 'बात|बातचीत|बातें|चैट|संपर्क|सम्पर्क|जोड़|जोड़ें|जोड़िए|जोड़ो|कनेक्ट|कॉल|मिलाओ|मिलाइए|मिला|मिलवा|ट्रांसफर|baat|bat|batchit|baatcheet|chat|connect|contact|call|jod|jodo|jodiye|mila|milao|milwa|transfer',
    bot: 'बॉट|रोबोट|मशीन|चैटबॉट|bot|robot|machine|chatbot',
  },
  human: `
    {staff} {with} [सीधे|अभी|मेरी|मुझे|जल्दी|seedhe|abhi|meri|mujhe|direct] {talk}
    {talk} [कराओ|कराइए|करवाओ|करवाइए|karao|karwao|karaiye|karwaiye] {staff} {with}
    (मुझे|हमें|mujhe|hume) {strong} (चाहिए|दीजिए|दो|chahiye|chaiye|chahie|do|dijiye)
    {strong} (चाहिए|बुलाओ|बुलाइए|बुलाएं|दीजिए|दो|से मिलना|chahiye|chaiye|bulao|bulaiye|do|dijiye|please)
    (असली|वास्तविक|asli|real|जीवित) (इंसान|आदमी|व्यक्ति|एजेंट|insaan|insan|aadmi|agent|banda|bande)
    (कोई|koi) [असली|asli|real] (है|इंसान है|आदमी है|hai|insaan hai|insan hai) [क्या|वहां|यहां|kya|waha|yaha]
    (मुझे|हमें|mujhe|hume|mujhko) (कॉल|फोन|फ़ोन|call|phone) (करो|करें|कीजिए|करवाओ|करे|karo|kare|karen|kijiye|karwao|kar do)
    (बॉट|रोबोट|मशीन|bot|robot|machine) (नहीं|से नहीं|से बात नहीं|nahi|se nahi|se baat nahi|nahin)
    {talk} (to|with) [a|an|the|real] {agent}
  `,
  refusesHuman: `
    {staff} {with} {talk} (नहीं|मत|nahi|nahin|mat|nhi) [करनी|करना|करवाना|करूंगा|करनी है|karni|karna]
    {staff} {with} [मेरी|meri] {talk} (करने की|करनी|करने का|karne ki|karni) [जरूरत|ज़रूरत|zarurat|jarurat|मन] (नहीं|nahi|nahin|nhi)
    {strong} [की|ki] [जरूरत|ज़रूरत|zarurat|jarurat] (नहीं|nahi|nahin|nhi)
    {staff} {with} (मत|mat) {talk}
    {strong} (नहीं|मत|nahi|nahin|nhi|mat) (चाहिए|बुलाओ|chahiye|chaiye|bulao)
    (बिना|bina) {staff} {with}
  `,
  notHuman: `
    (मानव|human) (संसाधन|अधिकार|resource|resources|rights)
    (क्या|kya) (आप|तुम|तू|यह|ये|aap|tum|tu|yeh|ye) [एक|सच में|वाकई|सचमुच|ek|sach me|sach mein] [{kind}] ({agent}|{bot})
    (आप|तुम|तू|यह|ये|aap|tum|tu) [एक|सच में|कोई|ek|sach me|koi] [{kind}] ({agent}|{bot}) (हो|हैं|है|ho|hain|hai) [क्या|kya]
    (मैं|main|mai|क्या मैं|kya main) {staff} {with} {talk} (कर रहा|कर रही|kar raha|kar rahi)
    (प्रति|per) (व्यक्ति|person)
    {agent} (का नंबर|का फोन|के घंटे|का समय|की नौकरी|ka number|ka phone|ki job|ka time)
  `,
  soleHuman: `
    एजेंट, इंसान, आदमी, व्यक्ति, मैनेजर, ऑपरेटर, प्रतिनिधि, कस्टमर केयर, ग्राहक सेवा, असली इंसान, असली आदमी,
    कर्मचारी, अधिकारी, प्रबंधक, सुपरवाइजर, agent, insaan, insan, aadmi, manager, operator, customer care, human,
    asli insaan, representative, executive, किसी इंसान से, kisi insaan se, live agent, real person
  `,
  frame: `
    मुझे, एक, कोई, चाहिए, दो, दीजिए, से, बात, अभी, जल्दी, तुरंत, असली, बुलाओ, mujhe, ek, koi, chahiye, chaiye, do,
    dijiye, se, baat, abhi, jaldi, turant, asli, bulao, i, want, need, a, an, बॉट नहीं, bot nahi, करनी है, karni hai
  `,
  courtesy: `
    कृपया, प्लीज, प्लीज़, कृपा करके, धन्यवाद, शुक्रिया, बहुत धन्यवाद, बहुत शुक्रिया, थैंक यू, थैंक्स, नमस्ते,
    नमस्कार, हैलो, हेलो, सर, मैडम, भाई, भैया, जी, तो, अच्छा तो, सुनिए, अरे, please, plz, pls, kripya, dhanyavad,
    dhanyawad, shukriya, thank you, thanks, thanku, namaste, namaskar, hello, hi, sir, madam, bhai, bhaiya, ji, to,
    arre, yaar, यार, na, ना
  `,
  softYes: 'कृपया, प्लीज, जी, please, plz, ji, kripya',
  yes: `
    हाँ, हां, हा, हाँ जी, हां जी, जी हाँ, जी हां, हाँ हाँ, ठीक है, ठीक, ओके, ओक, अच्छा, अच्छा ठीक है, बिल्कुल,
    बिलकुल, ज़रूर, जरूर, अवश्य, सही, सही है, सही बात है, बेशक, पक्का, निश्चित, निश्चित रूप से, चलेगा, चलो, कर दो,
    कर दीजिए, कर दें, करो, करिए, कीजिए, करवा दो, करवा दीजिए, करा दो, हाँ चाहिए, चाहिए, मुझे चाहिए, चाहता हूँ,
    चाहती हूँ, क्यों नहीं, मंजूर, मंजूर है, सहमत, सहमत हूँ, हो जाए, यस, बढ़िया, बहुत अच्छा, अच्छा रहेगा, जोड़ दो,
    जोड़ दीजिए, जोड़ें, haan, han, ha, haa, haan ji, han ji, ji haan, ji han, haanji, hanji, thik hai, theek hai,
    thik, theek, tik hai, ok, okay, oke, achha, accha, acha, bilkul, zaroor, zarur, jarur, jaroor, sahi, sahi hai,
    beshak, pakka, chalega, chalo, kar do, kardo, kar dijiye, karo, kariye, kijiye, karwa do, kara do, chahiye,
    haan chahiye, kyu nahi, kyon nahi, kyun nahi, manzoor hai, manjur, ho jaye, yes, y, badhiya, jod do,
    connect karo, connect kar do, sure, of course, yes please
  `,
  no: `
    नहीं, नही, ना, न, नहीं नहीं, नहीं जी, जी नहीं, नहीं धन्यवाद, नहीं शुक्रिया, मत, मत करो, मत कीजिए, नहीं चाहिए,
    नही चाहिए, मुझे नहीं चाहिए, जरूरत नहीं, ज़रूरत नहीं, जरूरत नहीं है, ज़रूरत नहीं है, कोई जरूरत नहीं,
    कोई ज़रूरत नहीं, अभी नहीं, अभी नही, बाद में, फिर कभी, कभी नहीं, बिल्कुल नहीं, बिलकुल नहीं, हरगिज नहीं, रहने दो,
    रहने दीजिए, छोड़ो, छोड़ दो, छोड़िए, रद्द, रद्द करो, रुको, बस, नहीं करना, नहीं करनी, मुझे नहीं करनी, मना,
    इंतज़ार करूंगा, इंतजार करूंगा, मैं रुकता हूँ, जारी रखो, जारी रखें, आप ही बताओ, आज नहीं, नो, कोई बात नहीं, nahi,
    nahin, nhi, nai, naa, na, nahi nahi, ji nahi, nahi ji, nahi thanks, mat karo, nahi chahiye, nhi chahiye,
    nahi chaiye, mujhe nahi chahiye, zarurat nahi, zarurat nahi hai, jarurat nahi, jarurat nahi hai,
    koi zarurat nahi, abhi nahi, abhi nhi, baad me, baad mein, phir kabhi, kabhi nahi, bilkul nahi, bilkul nhi,
    rehne do, rahne do, chhodo, chodo, ruko, bas, nahi karna, nahi karni, cancel, no, n, no thanks, aaj nahi,
    koi baat nahi, jaari rakho, not now
  `,
  frustration: `
    (बेकार|घटिया|बकवास|वाहियात|शर्मनाक|बदतमीज|बदतमीज़|फालतू|रद्दी|बेहूदा|असहनीय|थर्ड क्लास|bekar|bekaar|ghatiya|bakwas|bakwaas|vahiyat|faltu|raddi|sharmnak|third class|worst|useless|pathetic|ridiculous|terrible|horrible)
    (गुस्सा|परेशान|तंग आ|थक गया|थक गई|निराश|नाराज़|नाराज|दिमाग खराब|दिमाग मत|gussa|pareshan|tang aa|thak gaya|thak gayi|frustrated|naraz|naaraz|dimag kharab|dimaag kharab|irritate|irritating|disappointed)
    (मूर्ख|गधे|गधा|बेवकूफ|बेवकूफ़|पागल हो|साला|साले|कमीने|हरामी|चूतिया|भाड़ में|murkh|gadha|gadhe|bewakoof|bevkoof|pagal ho|saala|saale|sale harami|kamine|harami|chutiya|chutiye|bc|mc|bhosdike|madarchod|behenchod|bhenchod|fuck|shit|wtf|stupid|idiot|idiots)
    (सबसे|sabse) (खराब|ख़राब|घटिया|बुरी|kharab|ghatiya|buri|bekar)
    (समय|टाइम|वक्त|samay|time|waqt) [की|ki] (बर्बादी|बर्बाद|खराब|ख़राब|barbadi|barbad|kharab|waste)
    (धोखा|धोखेबाज|धोखेबाज़|ठग|ठगी|चोर|लूट|फ्रॉड|dhokha|dhokhebaaz|thag|chor|loot|fraud|scam)
    (कितनी बार|कितने बार|तीसरी बार|बार बार|आखिरी बार|kitni baar|kitni bar|teesri baar|tisri baar|baar baar|bar bar|aakhri baar)
    (पहले ही|pehle hi|pahle hi) [बता|bata] (बता|बोल|कह|bata|bol|keh) [चुका|चुकी|दिया|chuka|chuki|diya]
    (कोई|koi) [भी|bhi] [जवाब|मदद|jawab|madad|reply|response] (नहीं|nahi|nahin|nhi) (देता|दे रहा|करता|कर रहा|सुनता|de raha|deta|karta|kar raha|sunta)
    (समझ|समझते|सुनते|samajh|samajhte|sunte) (नहीं|क्यों नहीं|nahi|kyu nahi|kyon nahi|nhi) [आता|रहे|हो|aata|rahe|ho] (आता|रहे|हो|aata|rahe|ho|हैं)
    (घंटे|घंटों|दिन|दिनों|हफ्ते|महीने|ghante|ghanto|din|dino|hafte|mahine) से (इंतजार|इंतज़ार|intezaar|intezar|intzar|wait)
    (ghante|ghanto|din|dino|hafte|mahine) se (intezaar|intezar|intzar|wait)
  `,
  calm: `
    (बेकार|खराब|बुरा|गुस्सा|bekar|kharab|bura|gussa) (नहीं|nahi|nahin|nhi)
    (बेवकूफी|मूर्खता|stupid|bewakoofi) (भरा|वाला|bhara|wala) (सवाल|sawal|question)
    stupid question
    (fraud|scam|फ्रॉड|धोखा) (report|रिपोर्ट|की शिकायत|ki complaint)
  `,
  says: {
    askHandover: 'क्या आप चाहेंगे कि हमारी टीम का कोई व्यक्ति यहाँ आपकी मदद करे? बस हाँ या नहीं लिख दीजिए।',
    askHandoverAgain: 'माफ़ कीजिए, मैं ठीक से समझ नहीं पाया। क्या आपको हमारी टीम के किसी व्यक्ति से जोड़ दूँ? कृपया हाँ या नहीं लिखें।',
    askHandoverLater:
      'हमारी टीम अभी यहाँ नहीं है, वापसी: {when}। क्या आपका सवाल टीम के किसी व्यक्ति के लिए छोड़ दूँ? कृपया हाँ या नहीं लिखें।',
    askHandoverAway:
      'अभी हमारी टीम से कोई उपलब्ध नहीं है। क्या आपका सवाल किसी व्यक्ति के लिए छोड़ दूँ, जो बाद में जवाब दे? कृपया हाँ या नहीं लिखें।',
    handedOver: 'धन्यवाद! हमारी टीम का कोई व्यक्ति यहीं आपको जवाब देगा।',
    handedOverLater: 'हमारी टीम अभी यहाँ नहीं है। आपका संदेश सुरक्षित है और टीम का कोई व्यक्ति यहीं जवाब देगा। वापसी: {when}।',
    nobodyAvailable: 'अभी हमारी टीम से कोई उपलब्ध नहीं है। आपका संदेश सुरक्षित है और हम जल्द से जल्द यहीं जवाब देंगे।',
    continueWithBot: 'ठीक है, मैं यहीं हूँ। आप क्या जानना चाहेंगे?',
    clarify: 'माफ़ कीजिए, मैं ठीक से समझ नहीं पाया। क्या आप इसे दूसरे शब्दों में बता सकते हैं?',
    clarifyBetween: 'आपका मतलब किससे है: {options}?',
    askAgain: 'ये आपके कुछ सवालों के जवाब हैं। कृपया बाकी सवाल फिर से भेजें।',
    handedBack: 'अब आप फिर से हमारे सहायक से बात कर रहे हैं। मैं क्या मदद करूँ?',
    yes: 'हाँ, कृपया',
    no: 'नहीं, धन्यवाद',
    sorryFailed: 'माफ़ कीजिए, हमारी ओर से कुछ गड़बड़ हो गई। कृपया थोड़ी देर में फिर कोशिश करें।',
  },
};
