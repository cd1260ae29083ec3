import type { Said } from './said.ts';

export const otherLanguages: Record<string, Said> = {
  it: {
    human: `
      voglio parlare con una persona | operatore | mi passi un operatore per favore | posso parlare con qualcuno?
      c'è qualcuno lì?
    `,
    notHuman: `
      non voglio parlare con una persona | sei umano? | ufficio risorse umane | quanto costa a persona?
    `,
    yes: `
      sì | va bene | certo, grazie | d'accordo | volentieri
    `,
    no: `
      no | no grazie | non serve | un'altra volta | non ora
    `,
    unclear: `
      sì ma prima dimmi gli orari | forse | quanto ci vuole? | non lo so
    `,
    frustrated: `
      siete inutili | aspetto da tre ore | che schifo di servizio
    `,
    calm: `
      niente male | grazie!!! | dove siete?
    `,
  },
  nl: {
    human: `
      ik wil met een mens praten | medewerker | kan ik een medewerker spreken?
      verbind me door met de klantenservice | is er iemand?
    `,
    notHuman: `
      ik wil niet met een mens praten | ben je een mens? | wat kost het per persoon?
      praat ik met een echt persoon?
    `,
    yes: `
      ja | ja graag | prima | oké dank je | doe maar
    `,
    no: `
      nee | nee bedankt | liever niet | hoeft niet | laat maar
    `,
    unclear: `
      ja maar eerst de openingstijden | misschien | hoe lang duurt het? | weet ik niet
    `,
    frustrated: `
      dit is belachelijk | ik wacht al drie uur | wat een waardeloze service
    `,
    calm: `
      niet slecht | bedankt!!! | waar zitten jullie? | broodje worst
    `,
  },
  pl: {
    human: `
      chcę rozmawiać z człowiekiem | konsultant | proszę połączyć mnie z konsultantem | poproszę kierownika
      czy mogę porozmawiać z kimś?
    `,
    notHuman: `
      nie chcę rozmawiać z człowiekiem | czy jesteś człowiekiem? | cena za osobę | godziny otwarcia
    `,
    yes: `
      tak | tak, proszę | jasne | dobrze | oczywiście
    `,
    no: `
      nie | nie, dziękuję | nie trzeba | nie teraz | raczej nie
    `,
    unclear: `
      tak, ale najpierw godziny otwarcia | może | ile to potrwa? | nie wiem
    `,
    frustrated: `
      to jest skandal | czekam już trzy godziny | jesteście beznadziejni
    `,
    calm: `
      nie jest tak zły | dziękuję!!! | gdzie jesteście
    `,
  },
  uk: {
    human: `
      хочу поговорити з людиною | оператор | зʼєднайте з оператором | з'єднайте мене з менеджером
      покличте менеджера будь ласка
    `,
    notHuman: `
      не хочу говорити з людиною | ти людина? | відділ кадрів | коли ви відкриваєтесь?
    `,
    yes: `
      так | так, будь ласка | звичайно | добре | ага
    `,
    no: `
      ні | ні, дякую | не треба | не зараз | пізніше
    `,
    unclear: `
      так, але спочатку скажіть графік | може | скільки чекати? | не знаю
    `,
    frustrated: `
      це жахливо | чекаю вже три години | ви мене дістали
    `,
    calm: `
      непогано | дякую!!! | де ви знаходитесь
    `,
  },
  tr: {
    human: `
      bir insanla konuşmak istiyorum | müşteri temsilcisi | yetkiliye bağlayın lütfen | biriyle görüşebilir miyim
      orada kimse var mı?
    `,
    notHuman: `
      bir insanla konuşmak istemiyorum | sen insan mısın? | insan kaynakları | kaçta açılıyorsunuz?
    `,
    yes: `
      evet | evet lütfen | tamam | olur | tabii ki
    `,
    no: `
      hayır | hayır teşekkürler | gerek yok | şimdi değil | istemiyorum
    `,
    unclear: `
      evet ama önce saatleri söyle | belki | ne kadar sürer? | bilmiyorum
    `,
    frustrated: `
      bu ne rezalet | üç saattir bekliyorum | yeter artık
    `,
    calm: `
      kötü değil | teşekkürler!!! | neredesiniz
    `,
  },
  he: {
    human: `
      אני רוצה לדבר עם נציג | נציג | תעביר אותי לנציג אנושי | אפשר לדבר עם מישהו? | נציג אנושי בבקשה
    `,
    notHuman: `
      אני לא רוצה לדבר עם נציג | אתה בן אדם? | מחלקת משאבי אנוש | מתי אתם פותחים?
    `,
    yes: `
      כן | כן בבקשה | בטח | סבבה | אשמח
    `,
    no: `
      לא | לא תודה | אין צורך | לא עכשיו | עזוב
    `,
    unclear: `
      כן אבל קודם תגיד לי שעות פתיחה | אולי | כמה זמן זה לוקח? | לא יודע
    `,
    frustrated: `
      זה פשוט מחפיר | אני מחכה כבר שלוש שעות | נמאס לי
    `,
    calm: `
      לא רע | תודה!!! | איפה אתם
    `,
  },
  hi: {
    human: `
      मुझे किसी इंसान से बात करनी है | एजेंट | मुझे मैनेजर से बात करनी है | mujhe insaan se baat karni hai
      kisi agent se baat karao
    `,
    notHuman: `
      मुझे किसी इंसान से बात नहीं करनी | क्या आप इंसान हैं? | kya aap insaan ho | आप कब खुलते हैं?
    `,
    yes: `
      हाँ | हां जी | ठीक है | haan | theek hai | बिल्कुल
    `,
    no: `
      नहीं | नहीं धन्यवाद | nahi | अभी नहीं | zarurat nahi hai
    `,
    unclear: `
      हाँ लेकिन पहले समय बताओ | शायद | कितना समय लगेगा? | पता नहीं
    `,
    frustrated: `
      बहुत घटिया सेवा | bakwas service hai | तीन घंटे से इंतजार कर रहा हूँ
    `,
    calm: `
      बेकार नहीं है | धन्यवाद!!! | आप कहाँ हैं
    `,
  },
  id: {
    human: `
      saya mau bicara dengan manusia | admin | tolong sambungkan ke cs | bisa bicara sama orang asli?
      customer service dong
    `,
    notHuman: `
      saya tidak mau bicara dengan manusia | apakah kamu manusia? | sumber daya manusia | jam buka berapa?
    `,
    yes: `
      ya | iya, tolong | boleh | oke makasih | tentu saja
    `,
    no: `
      tidak | nggak usah | tidak, terima kasih | nanti saja | gak perlu | tidak usah ya kak
    `,
    unclear: `
      ya tapi jam buka dulu | mungkin | berapa lama? | tidak tahu
    `,
    frustrated: `
      pelayanan buruk | saya sudah menunggu tiga jam | mengecewakan sekali
    `,
    calm: `
      tidak buruk | terima kasih!!! | di mana lokasinya | tempat sampah
    `,
  },
};
