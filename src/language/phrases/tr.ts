import type { LanguagePhrases } from './language-phrases.ts';

export const tr: LanguagePhrases = {
  groups: {
    a: 'bir|biri|herhangi bir|bana|beni|başka bir|lütfen|hemen|şu|o',
    kind: 'gerçek|canlı|yetkili|insan|başka|sizin|müşteri|hakiki|normal',
    with: 'müşteri temsilcisi ile|müşteri temsilcisiyle|müşteri temsilciniz ile|müşteri temsilcinizle|temsilci ile|temsilciyle|temsilcinizle|temsilcisiyle|temsilci ye|temsilciye|temsilcisine|temsilcinize|insanla|insan ile|insana|insanlarla|kişiyle|kişi ile|kişiye|yetkiliyle|yetkili ile|yetkiliye|yetkilinizle|biriyle|birisiyle|birileriyle|biri ile|birisi ile|birine|birisine|operatörle|operatör ile|operatöre|yöneticiyle|yönetici ile|yöneticiye|yöneticinizle|müdürle|müdür ile|müdüre|müdürünüzle|görevliyle|görevli ile|görevliye|çalışanla|çalışan ile|çalışana|çalışanınızla|danışmanla|danışman ile|danışmana|personelle|personel ile|personele|müşteri hizmetleriyle|müşteri hizmetleri ile|müşteri hizmetlerine|müşteri hizmetlerinize|destek ekibiyle|destek ekibi ile|destek ekibine|sorumluyla|sorumlu ile|patronla|uzmanla|uzman ile|ekibinizle|ekibinizden biriyle|agentla',
    talk: 'konuş*|görüş*|bağla*|aktar*|yazış*|iletişim*|irtibat*|sohbet*|yönlendir*|ulaş*|telefonlaş*|transfer*|devret*|geç*|chat*',
    agent:
      'müşteri temsilcisi|temsilci|insan|operatör|yetkili|yönetici|müdür|görevli|müşteri hizmetleri|danışman|gerçek kişi|temsilcinizi|temsilcisi|yetkiliyi|müdürü|yöneticiyi',
    bot: 'bot|botla|botu|robot|robotla|robotu|makine|makineyle|makina|chatbot|chatbotla|yapay zeka|yapay zekayla',
  },
  human: `
    [{a}] [{kind}] {with} [lütfen|hemen|direkt|doğrudan|şimdi|artık|acilen|canlı] [canlı] {talk}
    [{a}] [{kind}] {agent} [lütfen] (istiyorum|istiyoruz|lazım|gerek|gerekiyor|bağla*|çağır*|rica ediyorum|talep ediyorum|lütfen|ihtiyacım var|verin|aktar*|bulun|isterim)
    {talk} [istiyorum] {with}
    (gerçek|canlı) (bir) (insan*|kişi*|temsilci*|birisi*|biriyle|biri|destek)
    (gerçek|canlı) (insan*|kişi*|temsilci*|destek*|operatör*)
    (orada|burada|orda|burda) [gerçek] (biri|birisi|kimse|insan) (var mı|yok mu|varmı)
    (biri|birisi|kimse|insan|yetkili) (var mı|yok mu|varmı) [orada|orda|konuşabileceğim]
    konuşabileceğim [gerçek] (biri|birisi|bir insan|bir kişi|bir yetkili|insan|kimse)
    (beni|bizi) [geri|lütfen|telefonla|hemen] (arayın|arar mısınız|ara|arayabilir misiniz|arasın|arasınlar)
    (geri arayın|geri arama|geri aranmak)
    (bot|robot|makine|botla|robotla|makineyle) [ile] (değil|konuşmak istemiyorum|istemiyorum|yerine|konuşmak istemem|konuşmayacağım)
    insan (desteği|yardımı|temsilci)
  `,
  refusesHuman: `
    {with} [{a}] (konuşmak|görüşmek|bağlanmak|aktarılmak|iletişime geçmek|yazışmak|irtibata geçmek|ulaşmak) (istemiyorum|istemem|istemiyoruz|zorunda değilim|gerek yok|gerekmiyor|istemedim|şart değil|gerekli değil|zorunda kalmadan|niyetim yok)
    {with} (bağlama|bağlamayın|aktarma|aktarmayın|konuşmadan|görüşmeden|yönlendirme|yönlendirmeyin|bağlanmadan)
    {agent} (istemiyorum|istemem|gerek yok|gerekmiyor|lazım değil|çağırma|çağırmayın|ihtiyacım yok|olmadan|gerekli değil|bağlama|bağlamayın)
    {agent} [e|ye|a|ya] ihtiyacım yok
  `,
  notHuman: `
    (insan|insanlık) (kaynakları|kaynak|hakları|hatası|vücudu|sağlığı)
    (sen|siz|sizler|bu|karşımdaki) [gerçek|gerçekten|bir|canlı] [bir] (insan|kişi|temsilci|{bot}|gerçek|gerçek kişi) (mısın|misin|mısınız|misiniz|musun|musunuz|mi|mı|mu)
    (insan|robot|bot|gerçek|temsilci|gerçek biri|makine|kişi|operatör) (mısın|misin|mısınız|misiniz|musun|musunuz)
    {with} mi (konuşuyorum|görüşüyorum|yazışıyorum)
    {with} (konuşuyorum|görüşüyorum|yazışıyorum|konuşuyor muyum)
    (kişi başı|kişi başına)
    {agent} (telefon|telefonu|numarası|çalışma saatleri|maaşı|iş ilanı|saatleri|olmak)
    (emlak|sigorta|seyahat) danışman*
    (proje|ürün|şifre|dosya) yönetici*
  `,
  soleHuman: `
    temsilci, müşteri temsilcisi, insan, operatör, yetkili, yönetici, müdür, müşteri hizmetleri, canlı destek,
    gerçek kişi, gerçek insan, gerçek bir insan, gerçek biri, canlı temsilci, görevli, danışman, canlı bağlantı,
    insan temsilci, müşteri temsilcisine bağlan, temsilciye bağlan, temsilciye bağla, yetkiliye bağla,
    operatöre bağla, biriyle konuşmak
  `,
  frame: `
    bir, bana, ben, istiyorum, lazım, gerek, hemen, şimdi, acil, acilen, ver, verin, bağla, bağlayın, bağlar mısın,
    bağlar mısınız, artık, lütfen, konuşmak, bot değil, robot değil, ile, beni, çabuk
  `,
  courtesy: `
    lütfen, lutfen, rica etsem, rica ederim, zahmet olmazsa, teşekkürler, teşekkür ederim, teşekkür, tesekkurler,
    çok teşekkürler, çok teşekkür ederim, sağol, sağ ol, sağolun, sağ olun, sağolasın, eyvallah, merhaba, selam,
    selamlar, günaydın, iyi günler, iyi akşamlar, iyi geceler, kolay gelsin, hanım, bey, efendim, hocam, abi,
    kardeşim, hmm, ee, şey, peki o zaman, o zaman, öyleyse, iyi çalışmalar, mümkünse
  `,
  softYes: 'lütfen, zahmet olmazsa',
  yes: `
    evet, evt, ewet, e, he, hee, hı hı, hıhı, aynen, aynen öyle, tamam, tmm, tamamdır, tamam olur, ok, okey, okay,
    olur, olur tabii, olabilir, tabii, tabi, tabii ki, tabi ki, tabiki, elbette, elbet, kesinlikle, mutlaka,
    şüphesiz, doğru, haklısın, güzel, güzel olur, iyi olur, çok iyi olur, harika, harika olur, süper, süper olur,
    mükemmel, iyi, peki, memnuniyetle, sevinirim, çok sevinirim, isterim, istiyorum, evet istiyorum, çok isterim,
    kabul, kabul ediyorum, onaylıyorum, katılıyorum, neden olmasın, niye olmasın, yap, yapın, yapalım, hadi, haydi,
    buyur, buyurun, devam et, bağla, bağlayın, beni bağla, beni bağlayın, lütfen bağlayın, aktar, aktarın, uygun,
    uygundur, bana uyar, iyi fikir, gerekiyor, lazım, yes, hayhay, baş üstüne, mümkünse evet, olsun
  `,
  no: `
    hayır, hayir, hayır hayır, h, hyr, yok, yoo, yo, yok hayır, ı ıh, olmaz, istemem, istemiyorum, hayır istemiyorum,
    yok istemiyorum, gerek yok, hiç gerek yok, lüzum yok, gerekmez, gerekmiyor, ihtiyacım yok, hayır teşekkürler,
    hayır sağol, yok teşekkürler, yok sağol, teşekkürler gerek yok, şimdi değil, şu an değil, şimdilik değil,
    şimdilik hayır, şimdilik yok, şimdi olmaz, henüz değil, daha sonra, sonra, belki sonra, başka zaman, asla,
    kesinlikle hayır, kesinlikle olmaz, tabii ki hayır, hiç, pek değil, sanmıyorum, boşver, boş ver, boşverin, unut,
    unutun, vazgeç, vazgeçtim, iptal, iptal et, dur, durun, kalsın, önemli değil, fark etmez, bekleyeyim, beklerim,
    bekleyebilirim, beklerim ben, devam, devam edelim, devam et sen, seninle devam, seninle devam edelim,
    bot ile devam, botla devam, sen devam et, bugün değil, ilgilenmiyorum, ret, reddediyorum, reddet, değil, no,
    zahmet etme, zahmet etmeyin, yapma, bağlama, bağlamayın, böyle iyi
  `,
  frustration: `
    (rezalet|rezil|berbat|saçmalık|saçma sapan|kepazelik|kabul edilemez|korkunç|iğrenç|işe yaramaz|işe yaramıyor|işe yaramıyorsun|utanç verici|skandal|fiyasko|yazıklar olsun|yazık size|ayıp|ilgisizlik)
    (sinirlendim|sinirliyim|sinirimi|sinir bozucu|kızgınım|öfkeliyim|delirdim|çıldır*|bıktım|bıktık|usandım|gına geldi|canıma yetti|yeter artık|yeter be|yetti artık|sabrım*|hayal kırıklığı)
    (amk|aq|mk|siktir*|sikeyim|sikerim|orospu|piç|göt|lanet|lanet olsun|allah kahretsin|kahretsin|salak|aptal|gerizekalı|geri zekalı|mal mısın|şerefsiz*|hassiktir|bok|boktan|wtf)
    (en kötü|kötü|berbat|en berbat) [bir] (hizmet|hizmeti|servis|deneyim|firma|şirket|mağaza|müşteri hizmetleri|destek)
    (zaman|vakit|zamanımı|vaktimi) (kaybı|israfı|harcıyorsunuz|harcıyorsun|çalıyorsunuz)
    (dolandırıcı*|dolandırıldım|sahtekar*|kazık|kazıklandım|hırsız*|dolandırıyorsunuz)
    (anlamıyorsun|anlamıyorsunuz|anlamadın|anlamadınız|dinlemiyorsun|dinlemiyorsunuz|yardımcı olmuyorsun|yardımcı olmuyorsunuz|dalga mı geçiyorsun|dalga mı geçiyorsunuz|dalga geçiyorsunuz)
    hiçbir (şey) (anlamıyorsun|anlamıyorsunuz)
    (kimse|hiç kimse) (cevap vermiyor|yardım etmiyor|dönmüyor|ilgilenmiyor|bakmıyor|aramıyor|dönüş yapmadı)
    (kaç kere|kaç kez|kaç defa|üçüncü kez|üçüncü kere|defalarca|bininci kez|son kez söylüyorum|kaçıncı)
    (zaten|daha önce) (söyledim|yazdım|anlattım|sordum)
    (saattir|saatlerdir|gündür|günlerdir|haftadır|haftalardır|aydır) [hala|cevap] [bekliyorum|bekliyoruz|bekletiyorsunuz|beklemekteyim|bekletiliyorum]
    nefret ediyorum
    (sorduğum|istediğim) (bu|şey bu) değil
  `,
  calm: `
    (kötü|berbat|sinirli|kızgın|sinir|aptal|korkunç) değil*
    (aptal|aptalca|salakça|saçma) [bir] soru
    sinir (hastalık*|sistemi|ucu)
    (lanet|deli) gibi
  `,
  says: {
    askHandover: 'Ekibimizden birinin size yardımcı olmasını ister misiniz? Evet ya da hayır yazmanız yeterli.',
    askHandoverAgain:
      'Üzgünüm, tam anlayamadım. Sizi ekibimizden birine bağlayayım mı? Lütfen evet ya da hayır diye yanıtlayın.',
    askHandoverLater:
      'Ekibimiz şu anda burada değil, dönüş: {when}. Sorunuzu birine ileteyim mi? Lütfen evet ya da hayır diye yanıtlayın.',
    askHandoverAway:
      'Şu anda ekibimizden kimse müsait değil. Daha sonra yanıtlanması için sorunuzu birine ileteyim mi? Lütfen evet ya da hayır diye yanıtlayın.',
    handedOver: 'Teşekkürler! Ekibimizden biri size buradan yanıt verecek.',
    handedOverLater:
      'Ekibimiz şu anda burada değil. Mesajınızı kaydettik, biri size buradan yanıt verecek. Dönüş: {when}.',
    nobodyAvailable:
      'Şu anda ekibimizden kimse müsait değil. Mesajınızı kaydettik, en kısa sürede buradan yanıt vereceğiz.',
    continueWithBot: 'Tamam, ben buradayım. Ne öğrenmek istersiniz?',
    clarify: 'Üzgünüm, tam anlayamadım. Başka bir şekilde söyleyebilir misiniz?',
    clarifyBetween: 'Hangisini kastediyorsunuz: {options}?',
    askAgain: 'Bunlar sorularınızın bir kısmının yanıtları. Lütfen diğerlerini bir kez daha gönderin.',
    handedBack: 'Şimdi yeniden asistanımızla görüşüyorsunuz. Nasıl yardımcı olabilirim?',
    yes: 'Evet, lütfen',
    no: 'Hayır, teşekkürler',
    sorryFailed: 'Üzgünüz, bizden kaynaklanan bir sorun oldu. Lütfen biraz sonra tekrar deneyin.',
  },
};
