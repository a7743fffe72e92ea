// The words of leave_words.cpp, by language. Data.
//
// Lower case, without punctuation except the apostrophe. Longer ones are tried first, whatever their order
// here.
#pragma once

#include <string_view>

namespace tidings::bounce::words {

using P = std::string_view;

// clang-format off

/// The wish to unsubscribe; enough on its own.
inline constexpr P leave_wishes[] = {
    // English
    "unsubscribe", "unsubscribe me", "stop", "opt out", "opt me out", "remove me", "delete me", "take me off", "sign me off", "remove my address",
    "remove my email", "remove my email address", "delete my address", "cancel my subscription", "end my subscription",
    "i want to unsubscribe", "i would like to unsubscribe", "i'd like to unsubscribe", "i wish to unsubscribe",
    "i want to be removed", "i would like to be removed", "i want to opt out", "i no longer wish to receive",
    "i no longer want to receive", "i don't want to receive", "i do not want to receive", "stop sending me", "stop sending",
    "do not send me", "don't send me", "no more emails", "no more mails", "no more mail",
    // German
    "abmelden", "abbestellen", "austragen", "ich möchte mich abmelden", "ich will mich abmelden", "melden sie mich ab", "melde mich ab", "melden sie mich", "melde mich", "meldet mich",
    "meldet mich ab", "tragen sie mich aus", "trage mich aus", "tragt mich aus", "nehmen sie mich", "streichen sie mich",
    "löschen sie mich", "ich möchte den newsletter abbestellen", "ich bestelle den newsletter ab", "newsletter abbestellen",
    "ich möchte abbestellen", "hiermit bestelle ich", "hiermit kündige ich", "ich möchte keine mails mehr", "ich möchte keine e-mails mehr",
    "ich möchte keinen newsletter mehr", "keine mails mehr", "keine e-mails mehr", "keine weiteren mails",
    "keine weiteren e-mails", "keinen newsletter mehr", "schicken sie mir keine", "senden sie mir keine",
    // French
    "désabonner", "désabonnez moi", "désabonnez-moi", "désinscrire", "désinscrivez moi", "désinscrivez-moi", "me désabonner", "me désinscrire",
    "desabonner", "desinscrire", "désabonnement", "désinscription", "je souhaite me désabonner", "je souhaite me désinscrire",
    "je veux me désabonner", "je veux me désinscrire", "je voudrais me désabonner", "je voudrais me désinscrire",
    "retirez moi", "retirez-moi", "supprimez moi", "supprimez-moi", "enlevez moi", "enlevez-moi", "je ne souhaite plus recevoir",
    "je ne veux plus recevoir", "ne m'envoyez plus", "résilier mon abonnement",
    // Spanish
    "darme de baja", "dar de baja", "denme de baja", "dadme de baja", "deme de baja", "baja", "date de baja",
    "quiero darme de baja", "quisiera darme de baja", "deseo darme de baja", "me doy de baja",
    "cancelar mi suscripción", "cancelar mi suscripcion", "cancelar suscripción", "cancelen mi suscripción",
    "no deseo recibir más", "no deseo recibir mas", "no quiero recibir más", "no quiero recibir mas", "no me envíen más", "no me envien mas",
    "bórrenme", "borrarme", "elimínenme", "eliminarme", "desuscribirme", "desuscribir",
    // Italian
    "disiscrivermi", "disiscrivetemi", "disiscrizione", "disiscrivere", "cancellatemi", "cancellami", "cancellarmi", "cancellazione",
    "rimuovetemi", "rimuovimi", "toglietemi", "vorrei cancellarmi", "vorrei disiscrivermi", "desidero cancellarmi",
    "voglio cancellarmi", "annullare la mia iscrizione", "annullare l'iscrizione", "non voglio più ricevere",
    "non desidero più ricevere", "non inviatemi più", "non mandatemi più",
    // Portuguese
    "descadastrar", "descadastre me", "descadastre-me", "descadastrem me", "cancelar a minha inscrição", "cancelar minha inscrição", "cancelar inscrição",
    "cancelar a minha subscrição", "cancelar subscrição", "cancelar a minha assinatura", "cancelar minha assinatura",
    "cancelem a minha subscrição", "quero cancelar", "desejo cancelar a minha subscrição", "quero cancelar a minha subscrição",
    "remover me", "remova me", "remova-me", "removam me", "removam-me", "retirem me", "retirem-me", "não quero receber mais",
    "não quero mais receber", "não desejo receber mais", "não desejo mais receber", "não me enviem mais",
    // Greek
    "διαγραφή", "διαγραφη", "διαγράψτε με", "διαγραψτε με", "διέγραψέ με", "διαγραφή από τη λίστα", "απεγγραφή", "θέλω να διαγραφώ",
    "θα ήθελα να διαγραφώ", "επιθυμώ να διαγραφώ", "θέλω διαγραφή", "επιθυμώ διαγραφή", "βγάλτε με", "αφαιρέστε με",
    "δεν θέλω να λαμβάνω", "δε θέλω να λαμβάνω", "δεν επιθυμώ να λαμβάνω", "μη μου στέλνετε", "μην μου στέλνετε",
    // Russian
    "отписаться", "отписать", "отпишите меня", "отпиши меня", "отписка", "хочу отписаться", "я хочу отписаться", "прошу отписать меня", "удалите меня",
    "исключите меня", "уберите меня", "не хочу получать", "я не хочу получать", "больше не хочу получать",
    "не присылайте мне", "не присылайте", "больше не присылайте", "прекратите рассылку", "отказаться от рассылки",
    "отказываюсь от рассылки",
    // Turkish
    "abonelikten çık", "abonelikten çıkmak istiyorum", "abonelikten çıkarın", "abonelikten çıkar", "beni abonelikten çıkarın", "beni çıkarın",
    "beni listeden çıkarın", "listeden çıkar", "listeden çıkarın", "listeden çıkmak istiyorum", "aboneliğimi iptal edin",
    "aboneliğimi iptal et", "aboneliğimi sonlandırın", "artık almak istemiyorum", "almak istemiyorum",
    "artık göndermeyin", "göndermeyin",
    // Dutch
    "afmelden", "uitschrijven", "opzeggen", "ik wil me afmelden", "ik wil mij afmelden", "ik wil me uitschrijven", "ik wil mij uitschrijven", "ik wil mijn abonnement opzeggen", "ik meld me af", "meld me af", "meld mij af",
    "schrijf me uit", "schrijf mij uit", "afmelding", "uitschrijving", "haal me van", "haal mij van", "verwijder me", "verwijder mij", "verwijder mijn adres", "ik wil geen mails meer", "ik wil geen e-mails meer",
    "ik wil geen nieuwsbrief meer", "geen mails meer", "geen e-mails meer", "geen nieuwsbrief meer", "stuur me geen", "stuur mij geen", "mijn abonnement opzeggen",
    // Polish
    "wypisz mnie", "wypiszcie mnie", "wypisać", "wypisać mnie", "wypisać się", "chcę się wypisać", "chciałbym się wypisać", "chciałabym się wypisać", "proszę mnie wypisać", "proszę o wypisanie", "wypis", "rezygnuję", "rezygnuję z subskrypcji",
    "rezygnacja", "rezygnacja z subskrypcji", "anuluj subskrypcję", "anulować subskrypcję", "usuń mnie", "usuńcie mnie", "proszę mnie usunąć", "proszę o usunięcie", "nie chcę otrzymywać", "nie chcę już otrzymywać", "nie chcę więcej otrzymywać",
    "nie życzę sobie", "nie wysyłajcie mi", "proszę nie wysyłać mi", "proszę nie przysyłać mi",
    // Swedish
    "avregistrera", "avregistrera mig", "avprenumerera", "avanmäl", "avanmäl mig", "avanmälan", "avsluta prenumerationen", "avsluta min prenumeration", "säga upp prenumerationen", "jag vill avsluta min prenumeration",
    "jag vill avregistrera mig", "jag vill avanmäla mig", "avanmäla mig", "avregistrering", "ta bort mig", "stryk mig", "jag vill inte längre få", "jag vill inte ha fler", "jag vill inte få fler", "inga fler mejl", "inga fler mail", "inga fler utskick",
    "skicka inte fler", "sluta skicka",
    // Ukrainian
    "відписатися", "відписатись", "відпишіть мене", "відпиши мене", "відписка", "хочу відписатися", "я хочу відписатися", "прошу відписати мене", "видаліть мене", "виключіть мене", "приберіть мене", "не хочу отримувати", "я не хочу отримувати",
    "більше не хочу отримувати", "не надсилайте мені", "не надсилайте", "більше не надсилайте", "припиніть розсилку", "відмовитися від розсилки", "відмовляюся від розсилки", "скасувати підписку", "скасуйте підписку",
    // Korean
    "수신거부", "수신 거부", "구독취소", "구독 취소", "구독해지", "구독 해지", "구독을 취소", "구독을 해지", "구독 취소해", "구독 해지해", "구독을 취소해", "구독을 해지해", "구독을 취소하고", "구독을 해지하고", "탈퇴", "탈퇴하고", "해지해", "수신을 거부합니다", "수신 거부합니다", "수신거부합니다", "수신거부해", "수신 거부해",
    "더 이상 받고 싶지 않습니다", "더 이상 보내지 마세요", "보내지 마세요", "그만 보내", "그만 보내세요", "메일 그만",
    // Hebrew
    "הסר", "הסירו אותי", "הסר אותי", "נא להסיר", "נא להסיר אותי", "להסיר אותי", "הסרה", "הסרה מרשימת", "הסירוני", "ביטול מינוי", "בטלו את המינוי", "בטלו את המינוי שלי", "לבטל את המינוי", "ברצוני לבטל", "אני רוצה לבטל", "אני מבקש לבטל", "אני מבקשת לבטל",
    "ברצוני להסיר", "אני רוצה להסיר", "אני רוצה לצאת", "לא רוצה לקבל", "לא מעוניין לקבל", "לא מעוניינת לקבל", "אל תשלחו לי", "מחקו אותי", "תורידו אותי",
    // Persian
    "لغو اشتراک", "لغو عضویت", "انصراف", "انصراف از عضویت", "اشتراکم را لغو کنید", "اشتراک مرا لغو کنید", "عضویتم را لغو کنید", "عضویت مرا لغو کنید", "می‌خواهم اشتراکم را لغو کنم", "میخواهم اشتراکم را لغو کنم", "مرا حذف کنید", "من را حذف کنید",
    "مرا از فهرست حذف کنید", "نمی‌خواهم دریافت کنم", "دیگر نمی‌خواهم", "دیگر نمیخواهم", "دیگر نفرستید", "برایم نفرستید", "ایمیل نفرستید",
    // Arabic
    "إلغاء الاشتراك", "الغاء الاشتراك", "إلغاء اشتراكي", "الغاء اشتراكي", "ألغوا اشتراكي", "أريد إلغاء الاشتراك", "أرغب في إلغاء الاشتراك",
    "أود إلغاء الاشتراك", "أريد إلغاء اشتراكي", "أرجو إلغاء اشتراكي", "احذفوني", "أزيلوني", "لا أريد استلام",
    "لا أرغب في استلام", "لا ترسلوا لي",
    // Japanese
    "配信停止", "配信を停止", "配信を止めて", "購読解除", "購読を解除", "購読停止", "購読を停止", "購読をやめ", "登録解除", "登録を解除", "退会", "解除", "配信不要",
    // Chinese
    "退订", "退訂", "取消订阅", "取消訂閱", "我要退订", "我想退订", "我要取消订阅", "我想取消订阅", "不要再发", "别再发", "停止发送", "取消訂閲"};

/// Words that go with a wish and add nothing.
inline constexpr P leave_fillers[] = {
    // English
    "please", "pls", "kindly", "just", "hello", "hi", "hey", "dear", "all", "team", "sir", "madam", "sir or madam", "dear sir", "to whom it may concern",
    "thanks", "thank you", "many thanks", "thank you very much", "thx", "regards", "kind regards", "best regards", "best wishes", "best", "cheers",
    "sincerely", "yours sincerely", "from", "from this", "from your", "from the", "list", "mailing list", "mailing", "newsletter", "newsletters", "emails",
    "email", "mails", "mail", "these", "these emails", "this", "your", "off", "of", "any", "any more", "anymore", "more", "me", "now", "immediately", "for me", "distribution list",
    "could you", "can you", "would you", "could you please", "my email", "my address", "my email address", "digest", "subscription", "to", "and", "i want", "i would like", "database",
    // German
    "bitte", "hallo", "guten tag", "liebes team", "sehr geehrte damen und herren", "danke", "vielen dank", "vom", "von", "aus", "der liste", "dem verteiler", "ihrem verteiler", "verteiler",
    "ihrem newsletter", "diesem newsletter", "newsletter", "den newsletter", "ihren newsletter", "mich", "ihrer liste", "ihre", "ab", "erhalten", "mehr", "mehr erhalten", "bekommen",
    "mit freundlichen grüßen", "mit freundlichen grüssen", "viele grüße", "mfg", "lg", "gruß", "grüße", "zusammen", "sofort", "e-mails", "zu", "mein abo", "das abo", "mein abonnement", "das abonnement", "ihres newsletters",
    // French
    "bonjour", "merci", "merci de", "veuillez", "s'il vous plaît", "s'il vous plait", "svp", "de", "de la", "de cette", "de votre", "votre", "liste", "la", "la newsletter", "vos", "vos mails", "vos emails", "vos messages", "cette", "lettre", "cordialement",
    "madame", "monsieur", "merci d'avance", "d'avance", "infolettre", "je souhaite", "je voudrais", "pouvez vous", "à", "la liste", "de diffusion", "bien cordialement", "du", "mailings",
    // Spanish
    "por favor", "hola", "gracias", "muchas gracias", "buenos días", "buenas tardes", "de la", "de esta", "de su", "su", "lista", "boletín", "boletin", "del", "del boletín", "correos", "sus correos", "más", "correo", "la lista", "saludos", "un saludo", "quiero", "quisiera", "deseo", "estos", "estos correos",
    // Italian
    "per favore", "per piacere", "grazie", "ciao", "salve", "buongiorno", "dalla", "dalla lista", "dalla newsletter", "dalla vostra", "vostra", "vostre", "vostre email", "mailing list", "le vostre", "cordiali saluti", "saluti", "distinti saluti", "chiedo", "chiedo la", "la", "email", "alla", "grazie mille",
    // Portuguese
    "olá", "ola", "obrigado", "obrigada", "bom dia", "boa tarde", "da", "da lista", "desta", "desta lista", "da vossa", "da sua", "os vossos", "emails", "e-mails", "estes", "boletim", "cumprimentos", "atenciosamente", "a minha", "minha", "subscrição", "assinatura", "a",
    // Greek
    "παρακαλώ", "παρακαλω", "καλημέρα", "καλημέρα σας", "καλησπέρα", "γεια σας", "ευχαριστώ", "ευχαριστω", "από", "τη λίστα", "τη", "λίστα", "τη λίστα σας", "σας", "το", "το ενημερωτικό", "δελτίο", "ενημερωτικό δελτίο", "άλλα", "μηνύματα", "τα", "email", "πια", "πλέον", "με εκτίμηση", "με", "παρακαλώ πολύ",
    // Russian
    "пожалуйста", "здравствуйте", "добрый день", "спасибо", "от", "от рассылки", "от вашей", "вашей", "рассылки", "рассылку", "из", "из рассылки", "списка", "из списка", "письма", "ваши письма", "ваши", "эту рассылку", "от этой рассылки", "этой", "больше", "мне", "прошу", "с уважением", "меня",
    // Turkish
    "lütfen", "merhaba", "merhabalar", "teşekkürler", "teşekkür ederim", "saygılarımla", "iyi günler", "bu", "e-posta", "e-postaları", "bu e-postaları", "bülten", "bülteni", "beni", "artık", "listeden", "bana", "postaları",
    // Dutch
    "alstublieft", "alsjeblieft", "aub", "a.u.b", "graag", "hallo", "beste", "geachte heer", "geachte mevrouw", "goedemiddag", "goedendag", "bedankt", "dank u", "dank u wel", "dank je", "alvast bedankt", "met vriendelijke groet", "vriendelijke groeten", "groet", "groeten", "van", "voor", "uit", "de", "het", "deze",
    "jullie", "uw", "nieuwsbrief", "de nieuwsbrief", "lijst", "de lijst", "mailinglijst", "verzendlijst", "mijn", "mij", "me", "ik", "wil", "abonnement", "mijn abonnement", "e-mails", "meer", "meer ontvangen", "ontvangen", "sturen", "stuur", "willen jullie", "kunt u", "op",
    // Polish
    "proszę", "dzień dobry", "witam", "cześć", "dziękuję", "dziękuje", "z góry dziękuję", "pozdrawiam", "z poważaniem", "z", "ze", "listy", "tej listy", "waszej listy", "newslettera", "tego newslettera", "listy mailingowej", "biuletynu", "mnie", "mój adres", "mojego adresu", "o", "już", "więcej", "wiadomości", "maili", "mailów", "subskrypcji", "prenumeraty", "państwa", "waszych", "szanowni państwo", "otrzymywać", "się",
    // Swedish
    "snälla", "hej", "tack", "tack på förhand", "vänligen", "var snäll och", "vänliga hälsningar", "med vänlig hälsning", "mvh", "hälsningar", "från", "listan", "er lista", "er", "era", "ert", "nyhetsbrev", "nyhetsbrevet", "från nyhetsbrevet", "utskick", "utskicken", "mejl", "mailen", "mig", "min", "jag", "vill", "av", "på", "den här", "det här", "detta", "fler", "längre", "prenumeration", "prenumerationen", "kan ni",
    // Ukrainian
    "будь ласка", "добрий день", "вітаю", "доброго дня", "дякую", "від", "від розсилки", "від вашої", "вашої", "розсилки", "розсилку", "з", "зі", "списку", "зі списку", "мене", "прошу", "листи", "листів", "ваші", "ваших", "більше", "з повагою", "цю", "цієї", "мою", "підписку",
    // Korean
    "부탁합니다", "부탁드립니다", "부탁드려요", "바랍니다", "주세요", "해주세요", "주시기", "안녕하세요", "감사합니다", "고맙습니다", "싶습니다", "싶어요", "뉴스레터", "뉴스레터를", "이", "메일", "메일을", "이메일", "이메일을", "저를", "제", "더", "이상", "요청합니다", "요청드립니다", "신청합니다", "합니다", "할게요", "하겠습니다",
    // Hebrew
    "בבקשה", "אנא", "נא", "שלום", "תודה", "תודה רבה", "תודה מראש", "בברכה", "מהרשימה", "מרשימת", "מרשימת התפוצה", "התפוצה", "הדיוור", "מרשימת הדיוור", "מהניוזלטר", "ניוזלטר", "הניוזלטר", "שלכם", "את", "אותי", "שלי", "המינוי", "עוד", "יותר", "מיילים", "הודעות", "היי", "לקבל",
    // Persian
    "لطفا", "لطفاً", "سلام", "با سلام", "ممنون", "متشکرم", "با تشکر", "سپاس", "با احترام", "از", "فهرست", "لیست", "از فهرست", "خبرنامه", "از خبرنامه", "این", "شما", "را", "ایمیل", "ایمیل‌ها", "ایمیل‌های", "دیگر", "مرا", "من", "کنید", "درخواست", "دارم",
    // Arabic
    "من فضلك", "من فضلكم", "رجاء", "الرجاء", "أرجو", "يرجى", "مرحبا", "السلام عليكم", "شكرا", "شكراً", "شكرا لكم", "من", "القائمة", "من القائمة", "النشرة", "النشرة البريدية", "في النشرة", "في", "هذه", "الرسائل", "هذه الرسائل", "المزيد",
    // Japanese
    "お願いします", "お願いいたします", "をお願いします", "をお願いいたします", "お願い致します", "してください", "して下さい", "ください", "下さい", "を", "の", "メール", "メールマガジン", "メルマガ", "ニュースレター", "この", "こんにちは", "ありがとうございます", "希望します", "を希望します", "したい", "したいです", "です", "手続き", "よろしく", "よろしくお願いします", "よろしくお願いいたします", "て",
    // Chinese
    "请", "請", "您好", "你好", "谢谢", "謝謝", "帮我", "我", "邮件", "郵件", "这个", "此", "给我", "了", "订阅", "的", "吧", "该", "电子报"};

/// With any of these beside the wish, a person should read it.
inline constexpr P leave_doubts[] = {
    // English
    "not", "don't", "dont", "do not", "never", "no", "nobody", "nothing", "why", "how", "what", "when", "where", "who", "cannot", "can't", "cant", "won't", "didn't", "doesn't", "isn't", "wasn't", "unless", "if", "until",
    "but", "without", "instead", "except", "only", "joke", "kidding", "wrong", "mistake", "accident", "again", "back", "undo", "ignore", "him", "her", "them", "friend", "else", "other", "after", "before", "or", "resubscribe",
    // German
    "nicht", "kein", "keine", "keinen", "nie", "niemals", "warum", "wieso", "wie", "wann", "wer", "wenn", "falls", "aber", "sondern", "außer", "ohne", "nur", "statt", "bis", "oder", "doch", "versehen", "wieder", "ihn", "sie ihn", "freund", "erst",
    // French
    "pas", "ne", "jamais", "pourquoi", "comment", "quand", "qui", "si", "sauf", "mais", "sans", "seulement", "ou", "erreur", "non", "rien", "mon ami",
    // Spanish
    "nunca", "jamás", "por qué", "porque", "cómo", "como", "cuándo", "cuando", "quién", "pero", "salvo", "sin", "sólo", "solo", "error", "todavía", "sino",
    // Italian
    "mai", "perché", "come", "chi", "se", "ma", "tranne", "senza", "soltanto", "errore", "però",
    // Portuguese
    "não", "nao", "quem", "mas", "exceto", "sem", "apenas", "erro", "porquê",
    // Greek
    "δεν", "δε", "μη", "μην", "όχι", "ποτέ", "γιατί", "πώς", "πότε", "ποιος", "αν", "εάν", "αλλά", "εκτός", "χωρίς", "μόνο", "λάθος", "ή",
    // Russian
    "не", "нет", "никогда", "почему", "зачем", "как", "когда", "кто", "если", "но", "кроме", "без", "только", "ошибка", "ошибке", "или", "друга",
    // Turkish
    "değil", "hayır", "asla", "neden", "niye", "nasıl", "ne zaman", "kim", "eğer", "ama", "fakat", "hariç", "sadece", "yanlışlıkla", "hata", "istemedim", "çıkarmayın", "veya",
    // Dutch
    "niet", "geen", "nooit", "niemand", "niets", "waarom", "hoe", "wanneer", "wie", "als", "indien", "maar", "zonder", "behalve", "alleen", "tenzij", "per ongeluk", "vergissing", "fout", "opnieuw", "weer", "vriend", "hem", "haar", "totdat",
    // Polish
    "nie", "nigdy", "nikt", "dlaczego", "czemu", "jak", "kiedy", "kto", "jeśli", "jeżeli", "ale", "lecz", "oprócz", "bez", "tylko", "pomyłka", "pomyłkowo", "przez pomyłkę", "błąd", "lub", "albo", "znowu", "ponownie", "kolegę", "jego", "ją",
    // Swedish
    "inte", "aldrig", "ingen", "varför", "hur", "när", "vem", "om", "men", "utom", "utan", "bara", "endast", "misstag", "av misstag", "fel", "eller", "igen", "vän", "honom", "henne", "tills",
    // Ukrainian
    "не", "ні", "ніколи", "чому", "навіщо", "як", "коли", "хто", "якщо", "але", "крім", "без", "тільки", "лише", "помилка", "помилково", "або", "знову", "друга",
    // Korean
    "안", "않", "못", "왜", "어떻게", "언제", "누가", "만약", "하지만", "그런데", "말고", "제외하고", "만", "실수로", "오류", "다시", "친구", "하지 마세요", "취소하지", "해지하지", "안됩니다", "안돼요", "또는",
    // Hebrew
    "לא", "אל", "אין", "לעולם", "למה", "מדוע", "איך", "כיצד", "מתי", "מי", "אם", "אבל", "אך", "חוץ", "בלי", "ללא", "רק", "טעות", "בטעות", "או", "שוב", "חבר", "אותו", "אותה",
    // Persian
    "نه", "نیست", "نمی", "نکنید", "هرگز", "چرا", "چگونه", "چطور", "کی", "چه", "اگر", "اما", "ولی", "جز", "به جز", "بدون", "فقط", "اشتباه", "اشتباهی", "یا", "دوباره", "دوستم",
    // Arabic
    "لا", "ليس", "لم", "لن", "لماذا", "كيف", "متى", "إذا", "لكن", "إلا", "بدون", "فقط", "خطأ", "أو",
    // Japanese
    "ない", "ません", "しないで", "なぜ", "どう", "いつ", "もし", "だけ", "間違", "まだ", "ですか", "ますか", "でき",
    // Chinese
    "不", "别", "没", "沒", "为什么", "怎么", "如何", "何时", "如果", "但", "除了", "只", "误", "吗", "還", "还"};

// clang-format on

}  // namespace tidings::bounce::words
