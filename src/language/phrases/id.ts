import type { LanguagePhrases } from './language-phrases.ts';

export const id: LanguagePhrases = {
  groups: {
    talk: 'bicara|berbicara|ngobrol|mengobrol|ngomong|chat|chatting|berkomunikasi|bertanya|konsultasi|terhubung|berhubungan|telepon|telponan|berbincang|komunikasi',
    pass: 'sambungkan|hubungkan|alihkan|pindahkan|teruskan|oper|operkan|transfer|sambungin|hubungin|alihin|panggilkan|panggil|panggilin|carikan|kasih|minta|disambungkan|dihubungkan|dialihkan',
    a: 'seorang|salah satu|satu|saya ke|aku ke|ke|sebuah|kepada',
    kind: 'asli|beneran|sungguhan|nyata|lain|langsung|hidup|manusia|anda|kalian|kamu|layanan pelanggan|cs',
    agent:
      'manusia|orang|agen|admin|operator|cs|customer service|layanan pelanggan|petugas|perwakilan|manajer|manager|supervisor|staf|staff|karyawan|pegawai|customer care|call center|live agent|pelayan|mimin',
    anyone: 'seseorang|tim|bos|pemilik|teknisi|ahli|spesialis|penjual|atasan|pihak|support|kasir|siapa saja',
    staff: '[{a}] [{a}] [{kind}] ({agent}|{anyone}) [{kind}]',
    strong: '[{a}] [{kind}] {agent} [{kind}]',
    bot: '(bot|robot|mesin|chatbot|ai|komputer)',
    want: 'mau|ingin|pengen|pingin|butuh|perlu|minta|tolong|bisa|boleh|cari|mohon|kepengen|saya mau|harap',
  },
  human: `
    {talk} [langsung|saja|aja|lewat telepon] (dengan|sama|ke|kepada|dgn|bersama) {staff}
    {pass} [saya|aku|kami|langsung|tolong|saya langsung] [dengan|ke|sama|kepada|dgn] {staff}
    {want} [bantuan|ada|ketemu|bertemu|hubungi|menghubungi] [dari] {strong} [{kind}] (asli|dong|please|ya|sekarang|saja|aja|tolong|langsung|beneran|,)
    (menghubungi|hubungi|kontak) {strong} (langsung|sekarang|dong|asli|,)
    (orang|manusia|agen|admin|cs|operator|petugas) (asli|beneran|sungguhan|nyata|betulan|langsung)
    (ada|adakah|apakah ada) (orang|manusia|seseorang|admin|cs|petugas|yang) [asli|beneran] (di sana|disana|di sini|disini|yang bisa|bisa|tersedia|online|gak|ga|nggak|tidak|,)
    (seseorang|orang|admin|petugas) yang (bisa|dapat) (saya|aku|diajak|membantu|bantu) [ajak] (bicara|ngobrol|hubungi|langsung|saya)
    (telepon|telpon|hubungi) (saya|aku) [balik|kembali|segera|sekarang|ya|dong|,]
    (jangan|bukan|tidak mau|gak mau|ga mau|nggak mau|capek) [{talk}] [dengan|sama|pakai] {bot}
  `,
  refusesHuman: `
    (tidak|gak|ga|nggak|enggak|tak|tdk|jangan|belum|gk) [{want}|usah|ingin|harus] [{want}] [{talk}|{pass}|menghubungi] [saya|aku] [dengan|ke|sama|kepada|dgn] {staff}
    (tanpa|tidak perlu|gak usah|ga usah|nggak usah|tidak usah) [harus] [{talk}|{pass}|menghubungi] [saya|aku] [dengan|ke|sama] {staff}
  `,
  notHuman: `
    (sumber daya|hak asasi|hak|kesalahan) manusia
    (apa|apakah) (kamu|anda|kau|ini|kalian) [benar benar|memang|seorang|itu] [{kind}] (manusia|orang|{bot}|admin|agen|cs)
    (kamu|anda|kau|ini|km|lu|lo) [ini|itu] [benar benar|memang|seorang|beneran] (manusia|orang|{bot}|admin|agen|cs)
    (saya|aku|apakah saya|apa saya) (sedang|lagi) {talk} (dengan|sama) {staff}
    (per|untuk) [satu|dua] orang
    saya {strong} (,)
    (jam|nomor|no|alamat|email) [kerja|telepon|telpon|hp] {strong}
    (lowongan|lamaran|gaji|jadi|menjadi|kerja sebagai) {strong}
    agen (perjalanan|asuransi|properti|travel)
    biaya admin
  `,
  soleHuman: `
    manusia, orang, orang asli, agen, admin, operator, cs, customer service, layanan pelanggan, petugas, perwakilan,
    manajer, manager, supervisor, staf, staff, manusia asli, cs manusia, admin asli, live agent, customer care,
    call center, karyawan, pegawai, orang beneran, mimin
  `,
  frame: `
    saya, aku, mau, ingin, butuh, perlu, minta, tolong, seorang, dengan, sama, ke, sekarang, segera, cepat, dong, ya,
    bicara, langsung, mana, panggil, panggilkan, bukan bot, bukan robot, bisa, aja, saja
  `,
  courtesy: `
    tolong, mohon, silakan, silahkan, please, pls, plis, ya, yah, dong, deh, terima kasih, terimakasih, makasih,
    makasi, trims, tks, thanks, mksh, terima kasih banyak, makasih banyak, halo, hai, hi, hallo, permisi,
    selamat pagi, selamat siang, selamat sore, selamat malam, pagi, siang, sore, malam, kak, kakak, min, mas, mbak,
    pak, bu, bapak, ibu, gan, sis, bro, maaf, kalau begitu, hmm, eh, nih, sih, kok, banget, assalamualaikum,
    assalamu alaikum
  `,
  softYes: 'ya, tolong, silakan, silahkan, mohon',
  yes: `
    iya, y, iy, iyaa, yaa, ya ya, ya tolong, iya tolong, iya dong, ya dong, iyes, yes, yup, yoi, yo, ok, oke, okay,
    okeh, okey, oki, baik, baiklah, boleh, boleh dong, boleh banget, bolehlah, tentu, tentu saja, pasti, pastinya,
    betul, benar, bener, tepat, setuju, sepakat, sip, siap, mantap, bagus, bagus tuh, cocok, jelas, mau, saya mau,
    mau dong, mau banget, ingin, saya ingin, lanjutkan saja, gas, ayo, yuk, kenapa tidak, kenapa enggak,
    mengapa tidak, dengan senang hati, tidak masalah, gak masalah, tidak keberatan, gak apa apa, lakukan,
    lakukan saja, sambungkan, hubungkan, sambungkan saya, hubungkan saya, tolong sambungkan, tolong hubungkan,
    ide bagus, perlu, butuh, saya butuh, saya perlu, kalau bisa, jika bisa, jika memungkinkan, sangat, memang, he eh,
    heeh, tentunya, monggo
  `,
  no: `
    tidak, tdk, gak, ga, gk, nggak, ngga, enggak, engga, ndak, kagak, tak, t, tidak tidak, nggak ah,
    tidak terima kasih, tidak makasih, gak makasih, ga makasih, nggak makasih, enggak makasih, tidak usah, gak usah,
    ga usah, nggak usah, ngga usah, tak usah, tidak perlu, gak perlu, ga perlu, nggak perlu, tidak mau, gak mau,
    ga mau, nggak mau, saya tidak mau, saya tidak perlu, saya tidak butuh, tidak butuh, gak butuh, tidak ingin,
    jangan, jangan dulu, belum, belum perlu, belum mau, nanti, nanti saja, nanti aja, nanti dulu, lain kali,
    lain waktu, kapan kapan, tidak sekarang, jangan sekarang, bukan, bukan sekarang, tidak pernah, sama sekali tidak,
    tentu tidak, tentu saja tidak, pasti tidak, batal, batalkan, cancel, stop, berhenti, lupakan, lupakan saja,
    sudahlah, sudah tidak usah, biarkan saja, biarin, saya tunggu, tunggu saja, saya bisa menunggu, saya menunggu,
    lanjut, lanjutkan, teruskan, lanjut dengan bot, lanjut sama bot, sama kamu saja, dengan kamu saja, no, nope,
    tidak hari ini, saya rasa tidak, kayaknya tidak, tidak tertarik, ogah, emoh
  `,
  frustration: `
    (parah|payah|buruk sekali|jelek banget|mengecewakan|kecewa|memalukan|konyol|keterlaluan|gak becus|tidak becus|ga becus|nggak becus|gak jelas|tidak berguna|gak berguna|ga guna|gak guna|tidak profesional|gak profesional|menyedihkan|tidak bisa diterima|amburadul|sampah)
    (kesal|kesel|marah|jengkel|emosi|geram|sebal|sebel|muak|frustrasi|frustasi|dongkol|naik darah|gondok|capek)
    (anjir|anjrit|bangsat|goblok|goblog|tolol|bodoh|brengsek|bego|kampret|tai|taik|sialan|keparat|setan|jancok|jancuk|kontol|asu|fuck|shit|wtf|dungu)
    (pelayanan|layanan|toko|servis|respon) [yang|paling|sangat] (buruk|terburuk|jelek|payah|parah|lambat|lelet)
    (anjing|babi|monyet) (lu|lo|loe|kau|kamu|kalian|banget)
    (terburuk|paling buruk)
    (buang buang|membuang|buang) [waktu] waktu
    (penipu|penipuan|tipu|tertipu|ditipu|nipu|scam|maling|pencuri)
    (kamu|anda|kalian|bot ini) (tidak|gak|ga|nggak) (mengerti|ngerti|paham|membantu|bantu|mendengar|menjawab|bisa membantu)
    (tidak|gak|ga|nggak) (ada yang) (jawab|menjawab|bantu|membantu|balas|membalas|respon|merespon|peduli)
    (berapa kali|sudah berapa kali|udah berapa kali|ketiga kalinya|kesekian kali|kesekian kalinya|terakhir kalinya)
    (sudah|udah) [saya|aku] (bilang|katakan|jelaskan|jawab) [dari tadi|berkali kali|tadi]
    (menunggu|nunggu|tunggu) ... (berjam jam|berhari hari|jam|hari|minggu|bulan|lama sekali|lama banget)
    (benci|muak) (ini|dengan|sama|banget)
    bukan itu (yang saya|maksud)
  `,
  calm: `
    (tidak|gak|ga|nggak|jangan) (marah|buruk|kesal|emosi|kecewa|parah|jelek|capek)
    pertanyaan (bodoh|konyol)
    (tempat|tong|kantong|buang) sampah
    (tunggu|menunggu) (satu|1|2|dua) (jam|hari)
    (laporkan|melaporkan|hindari) penipuan
  `,
  says: {
    askHandover: 'Apakah Anda ingin dibantu langsung oleh seseorang dari tim kami? Cukup jawab ya atau tidak.',
    askHandoverAgain:
      'Maaf, saya kurang paham. Apakah saya hubungkan dengan seseorang dari tim kami? Mohon jawab ya atau tidak.',
    askHandoverLater:
      'Tim kami sedang tidak ada dan kembali pada {when}. Apakah pertanyaan Anda saya teruskan kepada seseorang? Mohon jawab ya atau tidak.',
    askHandoverAway:
      'Saat ini belum ada anggota tim yang tersedia. Apakah pertanyaan Anda saya teruskan agar dijawab nanti? Mohon jawab ya atau tidak.',
    handedOver: 'Terima kasih! Seseorang dari tim kami akan membalas Anda di sini.',
    handedOverLater:
      'Tim kami sedang tidak ada. Pesan Anda sudah kami simpan dan seseorang akan membalas di sini mulai {when}.',
    nobodyAvailable:
      'Saat ini belum ada anggota tim yang tersedia. Pesan Anda sudah kami simpan dan akan kami balas di sini secepatnya.',
    continueWithBot: 'Baik, saya tetap di sini. Apa yang ingin Anda ketahui?',
    clarify: 'Maaf, saya kurang paham. Bisakah Anda menyampaikannya dengan kata lain?',
    clarifyBetween: 'Mana yang Anda maksud: {options}?',
    askAgain: 'Itu jawaban untuk sebagian pertanyaan Anda. Silakan kirim pertanyaan lainnya sekali lagi.',
    handedBack: 'Anda kembali mengobrol dengan asisten kami. Ada yang bisa saya bantu?',
    yes: 'Ya, silakan',
    no: 'Tidak, terima kasih',
    sorryFailed: 'Maaf, ada kendala di pihak kami. Silakan coba lagi sebentar lagi.',
  },
};
