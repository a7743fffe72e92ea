"""Stories of our own writing, for tests/support/story_pairs.py: per language topics, each told by two stories that share nothing but the
subject. {p} is a person, {t} a place, {n} and {m} are numbers. One sentence a line."""

PEOPLE = {"en": ["Ada Lund", "Tom Birch", "Mira Cole", "Ned Farrow"], "de": ["Jana Holm", "Peter Voss", "Ute Brandt", "Kai Lorenz"],
          "fr": ["Claire Morel", "Luc Besnard", "Inès Roy", "Paul Girod"], "es": ["Lucía Vega", "Andrés Soto", "Marta Gil", "Pablo Rey"],
          "el": ["Μαρία Λέκκα", "Νίκος Ράπτης", "Άννα Σίμου", "Πέτρος Δήμου"], "ru": ["Анна Белова", "Игорь Лапин", "Вера Носова", "Олег Шилов"],
          "ar": ["ليلى حداد", "سامر نجار", "هدى منصور", "كريم عبود"], "ja": ["田中恵", "佐藤健", "鈴木花子", "高橋誠"],
          "zh": ["王芳", "李强", "陈静", "赵磊"], "tr": ["Elif Kaya", "Murat Aydın", "Zeynep Çelik", "Can Yıldız"],
          "hi": ["आशा वर्मा", "रवि मेहता", "नीता जोशी", "अमित राय"]}
PLACES = {"en": ["Norwick", "Eastham", "Lower Quay", "Brill"], "de": ["Altenhafen", "Seeburg", "Neudorf", "Kaltenbach"],
          "fr": ["Port-Clair", "Montbel", "Rivemont", "Sablons"], "es": ["Puerto Viejo", "Villalba", "Montesol", "Ribera"],
          "el": ["Λιμνιά", "Ποταμός", "Καστέλι", "Αγορά"], "ru": ["Заречье", "Приморск", "Липки", "Новосёлово"],
          "ar": ["الميناء", "تل الزيتون", "وادي النخيل", "الرملة"], "ja": ["港町", "川上村", "青葉市", "北浜"],
          "zh": ["青溪镇", "海门", "柳河", "东山"], "tr": ["Kıyıköy", "Yeşilova", "Taşlıdere", "Limanbaşı"],
          "hi": ["नदीपुर", "हरिगाँव", "सागरनगर", "आमखेड़ा"]}

TOPICS = {
    ("en", "ferry"): (
        """The ferry between {t} and the islands will stop for {n} weeks from next Monday.
Its engine has to be taken out, the company said, because a crack was found during the spring inspection.
Passengers with a season ticket can use the small launch of the pilots, which holds {m} people and leaves every two hours.
Cars have to take the long road around the bay until the end of the month.
{p}, who runs the only shop on the outer island, has doubled her order of flour and lamp oil.
She remembers the winter when the ice kept everybody at home and the mail came on a sledge.
The harbour office asks visitors to telephone before they travel.""",
        """A new timetable for the boats of {t} has split the town council into two camps.
Under the plan the first crossing would leave at dawn, early enough for pupils of the grammar school.
Fishermen complain that the quay would then be blocked exactly when they land their catch.
{p} of the chamber of trade counted {n} lorries in a single morning and called the situation absurd.
A compromise with a second jetty would cost {m} thousand crowns, money that nobody has set aside.
The vote was postponed after three hours of debate.
Until then the old departures remain painted on the board by the ticket window."""),
    ("en", "bread"): (
        """Bread in {t} has never been as cheap as this week, and the bakers are not happy about it.
A supermarket by the ring road sells its white loaf for {n} pence to lure customers away from the market.
{p} has been baking since she was fifteen and says that flour alone costs her more than that.
Two of her colleagues have already closed their ovens on Tuesdays.
The consumers' league bought {m} loaves in different shops and found that the cheap one was a fifth lighter than its label claims.
Weights and measures will send an inspector.""",
        """Sourdough is a patient business, as the pupils of the cookery school in {t} have learned.
For {n} days they fed a jar of flour and water that smelled of apples first and of old socks later.
Their teacher {p} forbids scales in the first lesson, for the hands should learn before the head does.
On Friday {m} round loaves came out of the brick oven behind the gymnasium, some of them a little black.
Parents paid what they liked, and the money goes to a trip to a windmill.
A second course begins after the holidays."""),
    ("en", "library"): (
        """The public library of {t} will stay open on Sundays, for the first time since it was founded.
Volunteers take over the counter while the staff have their day off.
{p} had collected {n} signatures in front of the fish market to make it happen.
Reading rooms, newspapers and the children's corner can be used, but nobody can register as a member on that day.
The trial lasts until Christmas and is paid by a bequest of a retired lighthouse keeper.
On the first Sunday {m} people came, most of them to escape the rain.""",
        """Moisture has damaged part of the map collection that {t} inherited from its harbour pilots.
A pipe above the reading room had been dripping behind the panelling, probably since autumn.
Restorer {p} spread {n} sheets between blotting paper and opened every window.
The oldest chart shows the sandbanks as they were before the great flood and is drawn on goat skin.
Insurance pays for the pipe but not for the paper, so the friends of the archive look for {m} sponsors.
Each of them gets a print of their sheet."""),
    ("de", "schwimmbad"): (
        """Das Freibad in {t} öffnet in diesem Jahr erst im Juli, weil die Pumpen ausgetauscht werden müssen.
Die alte Anlage verlor jeden Tag {n} Kubikmeter Wasser, wie eine Messung im Winter ergab.
Schwimmmeisterin {p} bittet die Inhaber von Dauerkarten um Geduld und verspricht längere Abende im August.
Bis dahin dürfen die Vereine das Becken der Kaserne benutzen, allerdings nur vor dem Frühstück.
Die Stadt rechnet mit Kosten von {m} tausend Euro und hofft auf einen Zuschuss des Landes.
Der Kiosk am Eingang macht trotzdem auf und verkauft Pommes an Spaziergänger.""",
        """Nach dem Unfall am Sprungturm hat das Hallenbad von {t} neue Regeln ausgehängt.
Vom Fünfmeterbrett springt künftig nur, wer vorher beim Personal einen Zettel unterschreibt.
{p} vom Elternbeirat hält das für Papier, das niemanden schützt.
In den letzten zehn Jahren zählte die Verwaltung {n} Verletzte, die meisten davon auf den nassen Treppen.
Ein Gutachter schlägt Gummimatten vor, die in {m} Tagen verlegt wären.
Am Mittwoch berät der Sportausschuss darüber, öffentlich und mit Bürgerfragestunde."""),
    ("de", "bahn"): (
        """Zwischen {t} und der Kreisstadt fahren ab Herbst wieder Züge, nachdem die Strecke {n} Jahre lang still lag.
Arbeiter haben die Birken zwischen den Schwellen gefällt und zwei Brücken verstärkt.
Im alten Bahnhof eröffnet {p} ein Café mit Fahrkartenverkauf.
Der erste Zug hält an sieben Stationen und nimmt {m} Fahrräder mit.
Anwohner am Waldrand fürchten das Pfeifen vor dem unbeschrankten Übergang.
Zur Einweihung spielt die Feuerwehrkapelle auf dem Bahnsteig.""",
        """Wer in {t} auf den Bus wartet, soll bald auf einer Tafel lesen können, wann er wirklich kommt.
Die ersten Anzeigen stehen am Markt und vor dem Krankenhaus, sie laufen mit Strom vom Dach.
Techniker {p} erklärt, dass jedes Fahrzeug alle {n} Sekunden seinen Standort meldet.
Im Test zeigten die Tafeln allerdings eine Woche lang die Zeiten einer Stadt in Belgien.
Für Blinde gibt es einen Knopf, der die nächste Abfahrt vorliest.
Bis zum Frühjahr werden {m} Haltestellen ausgestattet."""),
    ("fr", "pont"): (
        """Le vieux pont de {t} sera fermé aux voitures à partir de lundi, pour une durée de {n} mois.
Les experts ont découvert des fissures dans la troisième arche après les crues du printemps.
Les piétons pourront encore passer sur une passerelle de bois que le génie installe cette semaine.
{p}, fleuriste sur la rive gauche, craint de perdre la moitié de sa clientèle du samedi.
La commune promet une navette gratuite toutes les {m} minutes entre les deux marchés.
Les pierres seront remplacées une à une, comme en 1921.""",
        """Un concours d'idées doit décider de l'avenir des quais de {t}, aujourd'hui couverts de parkings.
Parmi les {n} projets reçus figurent une plage, un jardin flottant et même une patinoire.
L'architecte {p} défend un simple alignement de platanes avec des bancs tournés vers l'eau.
Les commerçants demandent qu'au moins {m} places restent ouvertes aux livraisons du matin.
Une exposition à la mairie permet à chacun de glisser son avis dans une boîte.
Le jury se réunira avant les vendanges."""),
    ("es", "mercado"): (
        """El mercado cubierto de {t} reabre este sábado después de {n} meses de obras.
Las goteras que obligaban a poner cubos entre los puestos han desaparecido con la nueva cubierta de cristal.
{p} vende aceitunas allí desde hace cuarenta años y ha recuperado la esquina de su abuela.
Habrá {m} puestos, un bar y una sala donde los niños aprenderán a cocinar pescado.
Los alquileres suben un poco, pero el ayuntamiento los congela durante el primer año.
La banda municipal tocará a mediodía delante de la puerta principal.""",
        """Una plaga de palomas preocupa a los agricultores que venden en la plaza de {t}.
Las aves picotean la fruta expuesta y ensucian los toldos recién estrenados.
El veterinario {p} propone halcones adiestrados, que volarían dos veces por semana.
Cada visita costaría {n} euros, menos de lo que se tira en cerezas estropeadas.
Una asociación de vecinos prefiere palomares vigilados y ha reunido {m} firmas.
La decisión queda para después de las fiestas."""),
    ("el", "νερό"): (
        """Χωρίς νερό θα μείνουν αύριο οι συνοικίες της πόλης {t} γύρω από το παλιό λιμάνι.
Τα συνεργεία αντικαθιστούν έναν αγωγό που έσπασε {n} φορές μέσα στον χειμώνα.
Η διακοπή αρχίζει το πρωί και αναμένεται να κρατήσει ως το απόγευμα.
Βυτιοφόρα θα σταθμεύουν έξω από τα σχολεία και το γηροκομείο.
Η μηχανικός {p} ζητά από τους κατοίκους να κλείσουν τους θερμοσίφωνες.
Το έργο κοστίζει {m} χιλιάδες και πληρώνεται από το αποθεματικό του δήμου.""",
        """Μια πηγή που όλοι θεωρούσαν χαμένη ξαναβρέθηκε στην πλαγιά πάνω από την περιοχή {t}.
Ο βοσκός {p} άκουσε ήχο κάτω από τις πέτρες ψάχνοντας μια κατσίκα.
Οι γεωλόγοι μέτρησαν {n} λίτρα το λεπτό, αρκετά για ένα μικρό χωριό.
Στους χάρτες των μοναχών σημειώνεται με έναν κόκκινο σταυρό.
Τώρα ο σύλλογος θέλει να καθαρίσει το μονοπάτι, που έχει μήκος {m} βήματα.
Τα παιδιά του δημοτικού θα φυτέψουν λυγαριές την άνοιξη."""),
    ("ru", "парк"): (
        """В городе {t} после долгого ремонта открылся парк у реки.
Рабочие высадили {n} молодых лип и починили фонтан, который молчал с прошлого века.
Дорожки посыпали гравием, чтобы после дождя не стояли лужи.
{p} приходит сюда каждое утро и кормит белок орехами из кармана.
На скамейках теперь есть розетки, а вечером горят {m} фонарей.
По выходным в беседке играет духовой оркестр.""",
        """Жители района {t} спорят о заборе, которым застройщик окружил старую рощу.
По бумагам участок продан ещё весной, но о слушаниях никто не слышал.
Юрист {p} нашла в архиве решение, где роща названа памятником природы.
За неделю под письмом подписались {n} человек, включая директора школы.
Компания обещает сохранить {m} дубов и построить между ними детский сад.
Суд рассмотрит жалобу в конце месяца."""),
    ("ar", "مدرسة"): (
        """افتتحت بلدة {t} مدرستها الجديدة بعد انتظار دام {n} سنوات.
يضم المبنى مختبرا للعلوم وملعبا مغطى ومكتبة تطل على الحقول.
قالت المديرة {p} إن الصفوف ستستقبل مئات التلاميذ من القرى المجاورة.
تبرع أهالي المهجر بثمن الحافلات وعددها {m} حافلات صغيرة.
زرع الأولاد أشجار الليمون على طول السور في اليوم الأول.
وستبقى المدرسة القديمة مركزا لتعليم الكبار في المساء.""",
        """يعاني طلاب {t} من طريق ترابي يقطعونه كل صباح سيرا على الأقدام.
تتحول الحفر إلى برك عميقة مع أول مطر في الخريف فيصلون بثياب مبللة.
جمع المعلم {p} شكاوى الأهالي في رسالة طويلة إلى المحافظ.
تقدر كلفة التعبيد بمبلغ {n} ألفا ولم يرصد منه شيء حتى الآن.
اقترح بعض السائقين نقل الصغار مجانا خلال {m} أسابيع الشتاء.
ومن المنتظر أن تزور لجنة هندسية المكان قريبا."""),
    ("ja", "祭り"): (
        """{t}の夏祭りが今年は三日間に延長されることになった。
去年は雨で花火が中止になり、{n}人もの観光客が駅で足止めされた。
実行委員長の{p}さんは、屋台の数を増やして地元の野菜を使いたいと話している。
神輿は新しく塗り直され、子どもたちも綱を引くことができる。
最終日には川の両岸から{m}発の花火が打ち上げられる予定だ。
臨時のバスは深夜まで十五分おきに走る。""",
        """{t}で百年続いた太鼓づくりの工房が、後継ぎがいないため店を閉じる。
職人の{p}さんは八十二歳で、牛の皮を張る力がもう残っていないという。
これまでに作った太鼓は{n}張りを超え、海外の楽団でも使われている。
見習いを募集したところ{m}人が訪れたが、冬の水仕事に耐えられなかった。
道具は町の資料館に寄贈され、作り方を記録した映像も残される。
最後の一張りは隣の寺に納められた。"""),
    ("zh", "茶"): (
        """{t}今年的春茶比往年提前半个月上市。
茶农{p}说，暖冬让山上的嫩芽早早冒了头，采茶工却还没有从老家回来。
合作社只好请来{n}名学生帮忙，每天清晨天不亮就上山。
第一批茶叶已经在县城的集市上卖出，价格比去年高出三成。
专家提醒，如果四月再下霜，损失可能超过{m}万元。
镇里准备在茶园旁边修一条步道，方便游客参观。""",
        """一家百年茶馆在{t}的老街上重新开门，门口排起了长队。
掌柜{p}把曾祖父留下的铜壶擦得发亮，摆在窗边当作招牌。
茶馆里不设无线网络，客人可以下棋、听书，或者只是发呆。
说书人每晚讲一回旧故事，据说全部讲完要用{n}个晚上。
一碗盖碗茶卖{m}元，续水不要钱。
隔壁的点心铺也跟着热闹起来，花生酥常常中午就卖光。"""),
    ("tr", "zeytin"): (
        """{t} köylüleri bu yıl zeytin hasadına erken başladı, çünkü yağmur beklenenden önce geldi.
Kooperatif başkanı {p}, ağaçların geçen yılın iki katı meyve verdiğini söylüyor.
Yağhane gece gündüz çalışıyor ve günde {n} ton zeytin işliyor.
Toplayıcılar çevre illerden geldi, okulun spor salonunda kalıyorlar.
İlk yağın litresi {m} liradan satışa çıktı ve şişeler aynı gün tükendi.
Köy meydanında hafta sonu sıcak ekmekli bir şenlik yapılacak.""",
        """Yüzlerce yıllık zeytin ağaçları, {t} yakınında yapılacak yol yüzünden sökülme tehlikesiyle karşı karşıya.
Haritaya göre yeni şerit eski taş duvarların tam üzerinden geçiyor.
Avukat {p} mahkemeye başvurdu ve {n} ağacın tek tek fotoğrafını sundu.
Karayolları ağaçların başka bir yamaca taşınabileceğini savunuyor.
Ziraat mühendisleri ise bu yaştaki köklerin ancak {m} yılda tutunacağını hatırlatıyor.
Keşif heyeti önümüzdeki salı bölgeye gelecek."""),
    ("hi", "नदी"): (
        """{t} में नदी पर बना नया पुल रविवार से लोगों के लिए खुल गया।
पहले गाँव वालों को नाव से पार जाना पड़ता था और बरसात में {n} दिन तक रास्ता बंद रहता था।
स्कूल की शिक्षिका {p} ने कहा कि अब बच्चे समय पर पहुँच सकेंगे।
पुल की लंबाई {m} मीटर है और इसके दोनों ओर पैदल चलने की जगह बनाई गई है।
नाविकों को पर्यटकों के लिए सैर कराने का लाइसेंस दिया जाएगा।
उद्घाटन के दिन ढोल और मिठाई का इंतज़ाम किया गया।""",
        """नदी के किनारे {t} के किसानों ने इस साल तरबूज़ की खेती शुरू की है।
रेत में गड्ढे खोदकर उनमें गोबर की खाद भरी जाती है और बीज बोए जाते हैं।
किसान {p} बताते हैं कि एक बीघे से {n} क्विंटल फल मिल जाता है।
बाज़ार में दाम अच्छे हैं, लेकिन पानी अचानक बढ़े तो सब बह जाता है।
कृषि विभाग ने {m} परिवारों को बाढ़ की चेतावनी देने वाले यंत्र बाँटे हैं।
अगले मौसम में खरबूज़ा भी लगाया जाएगा।"""),
}

# Notices that two offices write with the same form: only the facts differ.
FORMS = {
    ("en", "council"): "The council of {t} meets on {n} {month} at {m} o'clock in the town hall. On the agenda are {a}, {b} and {c}. The session is "
                       "public, and residents may ask questions at the beginning. Minutes of the last meeting can be read at the counter. The mayor, {p}, takes the chair.",
    ("en", "weather"): "Today in {t} it will be {a} with {b} in the afternoon. Temperatures reach {n} degrees, at night they fall to {m}. The wind comes "
                       "from the {c}. Sunrise and sunset are shown on our page, together with the forecast for the next three days. {p} reports from the station.",
    ("en", "match"): "{t} beat their guests {n} to {m} on Saturday. The first goal fell after {a}, and the decision came with {b}. Coach {p} praised the defence "
                     "and complained about {c}. The next match takes place at home, tickets are sold at the usual places.",
    ("de", "sitzung"): "Die Gemeinde {t} lädt zur Sitzung am {n}. {month} um {m} Uhr ein. Auf der Tagesordnung stehen {a}, {b} und {c}. Die Sitzung ist "
                       "öffentlich, Fragen der Einwohner sind zu Beginn möglich. Das Protokoll der letzten Sitzung liegt aus. Die Leitung hat {p}.",
    ("fr", "avis"): "La mairie de {t} informe les habitants que le {n} {month}, à partir de {m} heures, {a} sera fermé. En raison de {b}, le stationnement est "
                    "interdit devant {c}. Nous vous remercions de votre compréhension. Pour tout renseignement, adressez-vous à {p}.",
    ("ru", "расписание"): "Администрация посёлка {t} сообщает: {n} числа с {m} часов будет закрыт {a}. Причина работ — {b}. Просим жителей пользоваться "
                          "объездом через {c}. Приносим извинения за неудобства. По всем вопросам обращайтесь: {p}.",
    ("ja", "お知らせ"): "{t}からのお知らせです。{n}日の{m}時から{a}を行います。会場は{b}で、持ち物は{c}です。雨の場合は中止になります。お問い合わせは担当の{p}までお願いします。",
    ("es", "agenda"): "El centro cultural de {t} presenta el día {n} de {month}, a las {m}, {a}. La entrada es libre hasta completar el aforo. Después habrá {b} "
                      "en {c}. Se ruega puntualidad. Más información en la oficina, pregunte por {p}.",
}
FACTS = {
    "en": ["the new school roof", "parking near the church", "a bench for the bus stop", "light rain", "sudden fog", "clear skies", "a long free kick",
           "the twelfth corner", "the muddy pitch", "south-west", "a fence around the pond", "the referee's watch", "street lamps", "north", "a late penalty"],
    "de": ["das Dach der Schule", "Parkplätze am Friedhof", "eine Bank am Bach", "die Hundesteuer", "der neue Spielplatz", "Lampen im Unterdorf", "das Feuerwehrauto"],
    "fr": ["le marché couvert", "travaux de voirie", "la poste", "le gymnase", "la fête des voisins", "l'école maternelle", "une course cycliste"],
    "ru": ["мост через ручей", "замена труб", "улицу Садовую", "детский сад", "ремонт крыши", "площадь у вокзала", "покраска забора"],
    "ja": ["避難訓練", "清掃活動", "公民館", "市民体育館", "軍手と帽子", "飲み物", "餅つき大会", "小学校の校庭", "上履き"],
    "es": ["un concierto de guitarra", "vino y queso", "el patio", "una charla sobre abejas", "un baile", "la sala pequeña", "teatro de títeres"],
}
MONTHS = {"en": ["March", "April", "June"], "de": ["März", "April", "Juni"], "fr": ["mars", "avril", "juin"], "es": ["marzo", "abril", "junio"]}

# Titles of link lists, and what is listed.
LINKS = {
    "en": ("Links of the week", ["A history of the wooden spoon", "Why lighthouses are round", "Notes on repairing a kite", "The last typewriter shop", "How eels travel",
                                 "Maps without north", "A recipe for quince cheese", "Bells that ring under water", "The man who counts snails", "Letters from a weather ship",
                                 "Knots for gardeners", "A short defence of fog", "What ferrymen sing", "The smell of old paper", "Bridges nobody needs", "Soup for forty"]),
    "de": ("Links der Woche", ["Warum Leuchttürme rund sind", "Die letzte Schirmmacherin", "Karten ohne Norden", "Quittenbrot wie früher", "Wie Aale wandern", "Knoten für Gärtner",
                               "Vom Duft alten Papiers", "Suppe für vierzig", "Brücken, die niemand braucht", "Der Mann, der Schnecken zählt", "Glocken unter Wasser", "Lob des Nebels"]),
    "ja": ("今週のリンク", ["灯台はなぜ丸いのか", "最後の傘職人", "北のない地図", "うなぎの旅", "庭師のための結び方", "古い紙の匂い", "四十人分の汁物", "誰も渡らない橋",
                      "かたつむりを数える人", "水の下の鐘", "霧をほめる", "凧の直し方"]),
    "ru": ("Ссылки недели", ["Почему маяки круглые", "Последняя мастерская зонтов", "Карты без севера", "Как путешествуют угри", "Узлы для садовника", "Запах старой бумаги",
                             "Суп на сорок человек", "Мосты, которые никому не нужны", "Человек, считающий улиток", "Колокола под водой", "Похвала туману", "Как чинить змея"]),
}

# What a paper that reprints a story puts around it, and a sentence that an editor adds.
AROUND = {
    "en": ("This story appeared first in {paper}.", "Subscribe to our newsletter and never miss a story.", "More on this tomorrow."),
    "de": ("Dieser Text erschien zuerst in {paper}.", "Abonnieren Sie unseren Newsletter.", "Mehr dazu lesen Sie morgen."),
    "fr": ("Cet article a paru d'abord dans {paper}.", "Abonnez-vous à notre lettre.", "Nous y reviendrons demain."),
    "es": ("Este artículo apareció primero en {paper}.", "Suscríbase a nuestro boletín.", "Mañana contaremos más."),
    "el": ("Το άρθρο δημοσιεύτηκε πρώτα στο {paper}.", "Γραφτείτε στο ενημερωτικό μας δελτίο.", "Περισσότερα αύριο."),
    "ru": ("Материал впервые вышел в {paper}.", "Подпишитесь на нашу рассылку.", "Подробности завтра."),
    "ar": ("نشر هذا المقال أولا في {paper}.", "اشتركوا في نشرتنا البريدية.", "المزيد غدا."),
    "ja": ("この記事は{paper}に最初に掲載された。", "ニュースレターに登録してください。", "続報は明日。"),
    "zh": ("本文首发于{paper}。", "欢迎订阅我们的通讯。", "明日继续报道。"),
    "tr": ("Bu yazı ilk olarak {paper} gazetesinde yayımlandı.", "Bültenimize abone olun.", "Ayrıntılar yarın."),
    "hi": ("यह लेख सबसे पहले {paper} में छपा।", "हमारे समाचार पत्र की सदस्यता लें।", "और जानकारी कल।"),
}
