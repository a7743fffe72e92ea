"""The words of the article pages: neutral sentences, and what surrounds articles, in ten languages. See article_pages.py."""
SENTENCES = {
    "en": """The harbour wall was repaired over the winter, and the first boats returned in early March.
Volunteers counted forty-one nests along the cliffs, nine more than in the year before.
The old ferry made its last crossing on Sunday, with a brass band on the upper deck.
Nobody had expected the library to stay open past midnight, but the queue reached the square.
Prices for bread rose slightly in spring, while fruit and vegetables became cheaper.
The committee meets on Thursday, and its minutes will be published a week later.
Engineers replaced the pump that had failed twice, and the water ran clear by the evening.
A small grant from the county pays for paint, brushes and two days of training.
Children from three schools planted lime trees beside the canal, each with a name tag.
The new timetable adds an early train, which commuters had asked for since 2019.
Rain fell for eleven days in a row, so the festival moved into the sports hall.
Bakers, fishers and gardeners share the same market now, under one long roof.
"We began with a single shelf," said the founder, "and today we lend four hundred tools."
The museum bought the map at an auction, where it had been listed as a tablecloth.
Measurements show that the lake is two degrees warmer than thirty years ago, and the reeds have spread.
It took the team six weeks to write the parser, and one afternoon to delete half of it.
A bridge that carries bicycles only will open in May, if the steel arrives in time.
The recipe needs flour, water, salt and patience; everything else is decoration.
Visitors may borrow a bicycle at the station, leave it at the beach and walk back along the dunes.
The council voted eleven to four for the plan, after a debate that lasted five hours.
Her grandfather built the mill in 1912, and its wheel has turned ever since, except in two dry summers.
Nothing in the report surprised the people who live there, but it surprised the ministry.
The orchestra rehearses in an empty warehouse, because the acoustics are better than in the town hall.
Software that nobody maintains grows old faster than wood, and it is harder to repair.""",
    "de": """Die Hafenmauer wurde im Winter ausgebessert, und die ersten Boote kehrten Anfang März zurück.
Freiwillige zählten einundvierzig Nester an den Klippen, neun mehr als im Jahr davor.
Der Ausschuss tagt am Donnerstag, und das Protokoll wird eine Woche später veröffentlicht.
Die Brücke, die nur Fahrräder trägt, soll im Mai eröffnet werden, wenn der Stahl rechtzeitig kommt.
Es regnete elf Tage lang, deshalb zog das Fest in die Turnhalle um.
Bäcker, Fischer und Gärtner teilen sich jetzt einen Markt unter einem langen Dach.
Messungen zeigen, dass der See zwei Grad wärmer ist als vor dreißig Jahren.
Kinder aus drei Schulen pflanzten Linden am Kanal, jede mit einem Namensschild.
Das Museum ersteigerte die Karte, die im Katalog als Tischdecke geführt worden war.
Der neue Fahrplan bringt einen frühen Zug, um den die Pendler seit 2019 gebeten hatten.
Das Orchester probt in einer leeren Lagerhalle, weil die Akustik dort besser ist als im Rathaus.""",
    "fr": """Le mur du port a été réparé pendant l'hiver, et les premiers bateaux sont revenus début mars.
Des bénévoles ont compté quarante et un nids le long des falaises, neuf de plus que l'année précédente.
La commission se réunit jeudi, et son compte rendu sera publié une semaine plus tard.
Il a plu onze jours de suite, si bien que la fête a été déplacée dans le gymnase.
Boulangers, pêcheurs et jardiniers partagent désormais le même marché, sous un long toit.
Les mesures montrent que le lac est plus chaud de deux degrés qu'il y a trente ans.
Des enfants de trois écoles ont planté des tilleuls au bord du canal, chacun avec une étiquette.
Le musée a acheté la carte aux enchères, où elle figurait comme une nappe.
L'orchestre répète dans un entrepôt vide, parce que l'acoustique y est meilleure qu'à la mairie.""",
    "es": """El muro del puerto se reparó durante el invierno, y los primeros barcos volvieron a principios de marzo.
Los voluntarios contaron cuarenta y un nidos en los acantilados, nueve más que el año anterior.
La comisión se reúne el jueves, y el acta se publicará una semana después.
Llovió once días seguidos, así que la fiesta se trasladó al pabellón de deportes.
Panaderos, pescadores y hortelanos comparten ahora un mismo mercado, bajo un largo tejado.
Las mediciones muestran que el lago está dos grados más caliente que hace treinta años.
Niños de tres escuelas plantaron tilos junto al canal, cada uno con su etiqueta.
El museo compró el mapa en una subasta, donde figuraba como un mantel.
La orquesta ensaya en un almacén vacío, porque la acústica es mejor que en el ayuntamiento.""",
    "el": """Το τείχος του λιμανιού επισκευάστηκε τον χειμώνα, και τα πρώτα σκάφη επέστρεψαν στις αρχές Μαρτίου.
Οι εθελοντές μέτρησαν σαράντα μία φωλιές στους βράχους, εννέα περισσότερες από πέρυσι.
Η επιτροπή συνεδριάζει την Πέμπτη, και τα πρακτικά θα δημοσιευτούν μία εβδομάδα αργότερα.
Έβρεχε έντεκα συνεχόμενες ημέρες, γι' αυτό η γιορτή μεταφέρθηκε στο γυμναστήριο.
Αρτοποιοί, ψαράδες και κηπουροί μοιράζονται πλέον την ίδια αγορά, κάτω από μια μεγάλη στέγη.
Οι μετρήσεις δείχνουν ότι η λίμνη είναι δύο βαθμούς θερμότερη από ό,τι πριν από τριάντα χρόνια.
Παιδιά από τρία σχολεία φύτεψαν φλαμουριές δίπλα στο κανάλι, η καθεμία με το όνομά της.
Το μουσείο αγόρασε τον χάρτη σε δημοπρασία, όπου είχε καταγραφεί ως τραπεζομάντιλο.""",
    "tr": """Liman duvarı kış boyunca onarıldı ve ilk tekneler mart başında geri döndü.
Gönüllüler kayalıklarda kırk bir yuva saydı, bu sayı geçen yıldan dokuz fazla.
Kurul perşembe günü toplanıyor ve tutanaklar bir hafta sonra yayımlanacak.
On bir gün üst üste yağmur yağdı, bu yüzden şenlik spor salonuna taşındı.
Fırıncılar, balıkçılar ve bahçıvanlar artık uzun bir çatının altında aynı pazarı paylaşıyor.
Ölçümler, gölün otuz yıl öncesine göre iki derece daha sıcak olduğunu gösteriyor.
Üç okuldan çocuklar kanal boyunca ıhlamur ağaçları dikti, her birinin bir isim etiketi var.
Müze haritayı bir müzayedede satın aldı, orada masa örtüsü olarak kayıtlıydı.""",
    "ru": """Стену гавани отремонтировали зимой, и первые лодки вернулись в начале марта.
Добровольцы насчитали на скалах сорок одно гнездо, на девять больше, чем годом ранее.
Комитет соберётся в четверг, а протокол опубликуют через неделю.
Одиннадцать дней подряд шёл дождь, поэтому праздник перенесли в спортивный зал.
Пекари, рыбаки и садовники теперь торгуют на одном рынке, под одной длинной крышей.
Измерения показывают, что озеро стало на два градуса теплее, чем тридцать лет назад.
Дети из трёх школ посадили липы вдоль канала, и у каждой есть табличка с именем.
Музей купил карту на аукционе, где она значилась как скатерть.
Оркестр репетирует на пустом складе, потому что акустика там лучше, чем в ратуше.""",
    "ja": """港の壁は冬の間に修理され、三月の初めに最初の船が戻ってきた。
ボランティアは崖に沿って四十一の巣を数え、前の年より九つ多かった。
委員会は木曜日に開かれ、議事録は一週間後に公表される予定である。
雨が十一日間続いたため、祭りは体育館で開かれることになった。
パン屋、漁師、園芸家が、いまは長い屋根の下で同じ市場を使っている。
測定によると、湖の水温は三十年前より二度高くなっている。
三つの学校の子どもたちが運河のそばに菩提樹を植え、それぞれに名札を付けた。
博物館は競売でその地図を買ったが、目録には食卓の布として載っていた。""",
    "zh": """港口的围墙在冬天得到修缮，第一批船只在三月初返回。
志愿者沿着悬崖数到四十一个鸟巢，比前一年多了九个。
委员会将于星期四开会，会议记录会在一周后公布。
雨一连下了十一天，因此节日活动改在体育馆举行。
面包师、渔民和园丁现在共用同一个市场，上面有一个长长的屋顶。
测量结果显示，湖水比三十年前高了两度，芦苇也在不断蔓延。
三所学校的孩子们在运河边种下椴树，每棵树上都挂着名牌。
博物馆在拍卖会上买下了这张地图，当时它被登记为一块桌布。""",
    "ar": """تم إصلاح جدار الميناء خلال الشتاء، وعادت القوارب الأولى في بداية شهر مارس.
أحصى المتطوعون واحدا وأربعين عشا على طول المنحدرات، أي أكثر من العام الماضي بتسعة أعشاش.
تجتمع اللجنة يوم الخميس، وسينشر المحضر بعد أسبوع واحد.
هطل المطر أحد عشر يوما متتاليا، ولذلك انتقل المهرجان إلى القاعة الرياضية.
يتقاسم الخبازون والصيادون والبستانيون الآن سوقا واحدة تحت سقف طويل.
تظهر القياسات أن مياه البحيرة أصبحت أدفأ بدرجتين مما كانت عليه قبل ثلاثين عاما.
زرع أطفال من ثلاث مدارس أشجار الزيزفون بجانب القناة، ولكل شجرة بطاقة باسمها.
اشترى المتحف الخريطة في مزاد علني، وكانت مسجلة هناك على أنها مفرش طاولة.""",
}
SENTENCES = {language: text.split("\n") for language, text in SENTENCES.items()}

# nav, related heading, share, comments heading, newsletter, cookie, by, read also, about the author, tags, rights, month day
AROUND = {
    "en": ("Home|News|Sport|Culture|Contact", "Related articles", "Share this article", "Comments", "Sign up for our newsletter",
           "We use cookies to improve your experience, to analyse traffic and to show personalised content.", "By", "Read also:",
           "About the author", "Tags:", "All rights reserved", "March 14, 2026"),
    "de": ("Startseite|Politik|Sport|Kultur|Kontakt", "Mehr zum Thema", "Artikel teilen", "Kommentare", "Newsletter abonnieren",
           "Wir verwenden Cookies, um Inhalte zu personalisieren und die Zugriffe auf unsere Website zu analysieren.", "Von",
           "Lesen Sie auch:", "Über den Autor", "Schlagwörter:", "Alle Rechte vorbehalten", "14. März 2026"),
    "fr": ("Accueil|Actualités|Sport|Culture|Contact", "Articles similaires", "Partager cet article", "Commentaires",
           "Inscrivez-vous à notre newsletter", "Nous utilisons des cookies pour améliorer votre expérience sur ce site, avec votre accord.",
           "Par", "À lire aussi :", "À propos de l'auteur", "Mots-clés :", "Tous droits réservés", "14 mars 2026"),
    "es": ("Inicio|Noticias|Deportes|Cultura|Contacto", "Artículos relacionados", "Compartir", "Comentarios",
           "Suscríbete a nuestro boletín", "Usamos cookies para mejorar tu experiencia, analizar el tráfico y mostrar publicidad.", "Por",
           "Lea también:", "Sobre el autor", "Etiquetas:", "Todos los derechos reservados", "14 de marzo de 2026"),
    "el": ("Αρχική|Ειδήσεις|Αθλητικά|Πολιτισμός|Επικοινωνία", "Σχετικά άρθρα", "Κοινοποίηση", "Σχόλια", "Εγγραφή στο newsletter",
           "Χρησιμοποιούμε cookies για να βελτιώσουμε την εμπειρία σας, και για στατιστικούς λόγους.", "Του", "Διαβάστε επίσης:",
           "Σχετικά με τον συντάκτη", "Ετικέτες:", "Με επιφύλαξη παντός δικαιώματος", "14 Μαρτίου 2026"),
    "tr": ("Anasayfa|Haberler|Spor|Kültür|İletişim", "İlgili haberler", "Paylaş", "Yorumlar", "Bültenimize abone olun",
           "Deneyiminizi iyileştirmek, trafiği analiz etmek için çerezler kullanıyoruz.", "Yazan", "İlgili haber:", "Yazar hakkında",
           "Etiketler:", "Tüm hakları saklıdır", "14 Mart 2026"),
    "ru": ("Главная|Новости|Спорт|Культура|Контакты", "Похожие материалы", "Поделиться", "Комментарии", "Подписаться на рассылку",
           "Мы используем файлы cookie, чтобы улучшить работу сайта, и анализируем посещаемость.", "Автор:", "Читайте также:",
           "Об авторе", "Теги:", "Все права защищены", "14 марта 2026"),
    "ja": ("ホーム|ニュース|スポーツ|文化|お問い合わせ", "関連記事", "シェアする", "コメント", "メールマガジンに登録",
           "当サイトでは利便性の向上のためにクッキーを使用しています。", "文：", "あわせて読みたい：", "著者について", "タグ：",
           "無断転載を禁じます", "2026年3月14日"),
    "zh": ("首页|新闻|体育|文化|联系我们", "相关文章", "分享到", "评论", "订阅我们的邮件", "本网站使用Cookie来改善您的体验，并分析网站流量。",
           "作者：", "延伸阅读：", "关于作者", "标签：", "版权所有", "2026年3月14日"),
    "ar": ("الرئيسية|أخبار|رياضة|ثقافة|اتصل بنا", "مقالات ذات صلة", "شارك المقال", "التعليقات", "اشترك في النشرة البريدية",
           "نستخدم ملفات تعريف الارتباط لتحسين تجربتك، ولتحليل حركة الزوار.", "بقلم", "اقرأ أيضا:", "عن الكاتب", "الوسوم:",
           "جميع الحقوق محفوظة", "14 مارس 2026"),
}
NAMES = {"en": "Ada Brook", "de": "Karla Vogt", "fr": "Élise Morel", "es": "Lucía Prado", "el": "Ελένη Βέρρα", "tr": "Deniz Aksoy",
         "ru": "Вера Лугова", "ja": "森田 葵", "zh": "林晓", "ar": "ليلى حداد"}
