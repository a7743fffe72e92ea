#include "bounce/leave_words.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace tidings::bounce;

TEST_CASE("leave_words: a plain wish is understood in twenty languages") {
  for (const std::string text :
       {"Unsubscribe",
        "UNSUBSCRIBE!",
        "Please unsubscribe me.",
        "please unsubscribe me from this list.\nThanks,\nJane Doe",
        "Hi,\n\nplease take me off your mailing list.\n\nKind regards\nJane",
        "Hi,\n\nplease unsubscribe me.\n\nBest wishes\nJane",
        "Stop",
        "Please remove me from your list",
        "I no longer wish to receive these emails.",
        "Please don't send me any more emails, thank you",
        "Bitte abmelden",
        "Bitte melden Sie mich vom Newsletter ab.\nMit freundlichen Grüßen\nErika Muster",
        "Ich möchte mich abmelden.",
        "Abbestellen bitte",
        "Bonjour,\nmerci de me désabonner.\nCordialement",
        "Désabonnez-moi, s’il vous plaît",
        "Je ne souhaite plus recevoir vos emails",
        "Por favor, quiero darme de baja de la lista",
        "Darme de baja",
        "Vorrei cancellarmi dalla newsletter, grazie",
        "Cancellatemi",
        "Quero cancelar a minha subscrição, obrigado",
        "Descadastrar",
        "Παρακαλώ διαγράψτε με από τη λίστα σας.",
        "ΔΙΑΓΡΑΦΗ",
        "Прошу отписать меня от рассылки. Спасибо",
        "Отпишите меня пожалуйста",
        "Lütfen beni listeden çıkarın",
        "Abonelikten çıkmak istiyorum",
        "أرجو إلغاء اشتراكي من القائمة",
        "إلغاء الاشتراك",
        "配信停止をお願いします。",
        "購読を解除してください",
        "请退订，谢谢",
        "我要取消订阅",
        "請取消訂閱，謝謝",
        "Graag afmelden voor de nieuwsbrief",
        "Ik wil me uitschrijven. Met vriendelijke groet, Jan",
        "Stuur mij geen e-mails meer alstublieft",
        "Proszę mnie wypisać z listy. Pozdrawiam",
        "Rezygnuję z subskrypcji newslettera",
        "Nie chcę już otrzymywać waszych maili",
        "Hej, avregistrera mig från nyhetsbrevet, tack!",
        "Jag vill avsluta min prenumeration",
        "Будь ласка, відпишіть мене від розсилки. Дякую",
        "ВІДПИСАТИСЯ",
        "안녕하세요. 구독을 취소해 주세요. 감사합니다.",
        "수신거부 부탁드립니다",
        "שלום, נא להסיר אותי מרשימת התפוצה. תודה",
        "הסירו אותי בבקשה",
        "لطفاً اشتراکم را لغو کنید. با تشکر",
        "لغو عضویت"}) {
    INFO(text);
    CHECK(asks_to_leave(text));
  }
}

TEST_CASE("leave_words: every doubt is a no") {
  for (const std::string text : {"",
                                 "Thank you for the lovely newsletter",
                                 "Please don't unsubscribe me!",
                                 "How do I unsubscribe?",
                                 "unsubscribe?",
                                 "The unsubscribe link is broken",
                                 "Please unsubscribe my friend Tom",
                                 "Ik wil me niet afmelden",
                                 "Waarom kan ik me niet uitschrijven",
                                 "Proszę mnie nie wypisać",
                                 "Varför ska jag avregistrera mig",
                                 "Не відпишіть мене",
                                 "구독 취소하지 마세요",
                                 "אל תסירו אותי",
                                 "לא רוצה לבטל את המינוי",
                                 "اشتراکم را لغو نکنید",
                                 "I did not ask to unsubscribe",
                                 "If you write that again, unsubscribe me",
                                 "Please unsubscribe me if there is no sports section",
                                 "Stop by our shop",
                                 "I unsubscribed by mistake, please subscribe me",
                                 "Please unsubscribe me, but only from the daily one",
                                 "unsubscribe me or not, who cares",
                                 "Bitte nicht abmelden",
                                 "Ich möchte mich nicht abmelden",
                                 "Abmelden geht nicht",
                                 "Ne me désabonnez pas",
                                 "je ne souhaite pas me désabonner",
                                 "No quiero darme de baja",
                                 "Non voglio cancellarmi",
                                 "Não quero cancelar",
                                 "Δεν θέλω να διαγραφώ",
                                 "Не хочу отписаться",
                                 "Abonelikten çıkmak istemiyorum",
                                 "لا أريد إلغاء الاشتراك",
                                 "配信停止しないでください",
                                 "我不要退订",
                                 "怎么退订"}) {
    INFO(text);
    CHECK_FALSE(asks_to_leave(text));
  }
  CHECK_FALSE(asks_to_leave("Please unsubscribe me. " + std::string(500, 'x')));
}

TEST_CASE("leave_words: what is quoted and signed is not the writer's own") {
  const auto own = [](const std::string& body) {
    return own_text(read_mail("From: a@b.example\nSubject: Re: x\n\n" + body));
  };
  CHECK(
      own("Please unsubscribe me\n\nOn Mon, 5 Jan 2026 at 08:05, Harbour News <news@h.example> wrote:\n> The "
          "ferries\n> Unsubscribe: https://x\n") == "Please unsubscribe me");
  CHECK(own("Nice!\n\nAm 05.01.26 um 08:05 schrieb Harbour News:\n> Abmelden\n") == "Nice!");
  CHECK(own("On Mon, 5 Jan 2026 at 08:05, Harbour News\nwrote:\n> Unsubscribe\n\nWhat a story\n") ==
        "What a story");
  CHECK(own("Nice\n-- \nunsubscribe\n") == "Nice");
  CHECK(own("Nice\n\n-----Original Message-----\nFrom: Harbour News\nUnsubscribe\n") == "Nice");
  CHECK(own("Nice\n\nFrom: Harbour News <news@h.example>\nUnsubscribe\n") == "Nice");
  CHECK(own("Stop\n\nSent from my iPhone\n") == "Stop");
  CHECK(own_text(read_mail("From: a@b.example\nContent-Type: text/html\n\n<p>Please unsubscribe me</p><div "
                           "class=\"gmail_quote\">On Monday wrote:"
                           "<blockquote>The ferries</blockquote></div>\n")) == "Please unsubscribe me");
}
