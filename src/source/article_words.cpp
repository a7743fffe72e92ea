#include "source/article_words.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/text.hpp"
#include "source/written_date.hpp"

namespace tidings::source {
namespace {

enum class Kind { body, content, comments, consent, noise, maybe_noise, caption };

// Words, and pairs of words that follow each other.
using Table = std::unordered_map<std::string_view, Kind>;

constexpr std::string_view body_words =
    "entry-content post-content article-body article-content story-body post-body articlebody article-text "
    "post-text story-content storybody "
    "articletext articlecontent postcontent entrycontent postbody entrybody entry-body blog-content "
    "available-content body-markup parser-output "
    "markdown-body gh-content e-content news-text article-detail news-content news-body artikel-text "
    "artikel-inhalt artikeltext single-content "
    "text-article cuerpo-noticia nota-cuerpo article-copy body-copy story-text content-body name-body "
    "blog-post-content post-entry entry-text "
    "rich-text richtext articulo-cuerpo cuerpo-articulo article-fulltext article-richtext news-detail "
    "newsbody newstext newscontent story-article "
    "article-section article-paragraphs storytext texto-noticia materia-conteudo conteudo-materia "
    "article-main-content texte-article corps-article "
    "article-tekst artikel-body artikkel-body haber-metni haber-icerik haber-detay news-article-body "
    "artibody article-bd blogpost-body "
    "detail-text detail-body node-content itemfulltext item-fulltext td-post-content theme-post-content "
    "blog-item-content caas-body "
    "js-article-body content-article article-txt text-content post-main postarea post-article blog-body";
constexpr std::string_view content_words =
    "article main content post story entry text body blog single page news artikel articulo articolo prose "
    "column hentry maincontent noticia nota "
    "haber makale statya";
constexpr std::string_view comment_words =
    "comment comments commentlist commentarea comments-area respond disqus kommentar kommentare kommentarer "
    "comentario comentarios commentaire "
    "commentaires commenti commento komentar komentarze komentare komentari yorum yorumlar reacties "
    "kommentit kommentointi livefyre fbcomments "
    "discussion-list reader-comments coral-talk spot-im openweb reactie";
constexpr std::string_view consent_words =
    "cookie cookies cookiebar cookiebot cookieconsent consent gdpr dsgvo onetrust didomi cmp2 "
    "usercentrics truste privacy-banner privacy-manager sp-message";
constexpr std::string_view noise_words =
    "widget-area ad ads adv banner banners promo promos teaser instagram-media reflist references infobox "
    "navboxes ambox mbox-small metadata "
    "related relatedposts related-posts relateds recommend recommended recommendation recommendations recirc "
    "recirculation share sharing sharedaddy "
    "sharebar sharethis social socials sociable socialmedia addtoany addthis newsletter newsletters "
    "subscribe subscription subscribe-box breadcrumb "
    "breadcrumbs pagination pager pagenav sidebar outbrain taboola zergnet sponsored advert advertisement "
    "advertising adsbygoogle mostread most-read most-popular "
    "most-viewed mostpopular read-next up-next more-from more-stories more-news more-articles more-posts "
    "read-more readmore see-also also-read also-like author-bio author-box "
    "authorbox author-card about-author about-the post-author-box biography post-navigation nav-links "
    "post-nav post-tags article-tags entry-tags tags-links tag-list "
    "taglist tagcloud tag-cloud cat-links tags printfooter catlinks navbox hatnote editsection headerlink "
    "skip-link skiplink sr-only visually-hidden "
    "visuallyhidden screen-reader-text screenreader noprint modal popup lightbox donate donation navbar "
    "navigation "
    "toolbar toc table-of signature postprofile user-info userinfo relacionado relacionados relacionada "
    "relacionadas compartir partager articles-lies verwandt verwandte "
    "teilen weiterlesen correlati condividi gerelateerd delen udostepnij powiazane souvisejici sdilet "
    "kapcsolodo megosztas relaterade relaterat dela "
    "paylas ilgili benzer ilgili-haber paylasim latest latest-news post-footer entry-footer article-footer "
    "trending popular popular-posts trinity "
    "reactions post-likes rating ratings inline-newsletter story-footer post-meta entry-meta article-meta "
    "postmeta entry-utility byline bylines post-info "
    "article-info backlink mw-jump jump-link sitesub contentsub post-date entry-date publish-date "
    "published-date story-date article-date author-info post-date-author "
    "cta call-to subscribe-cta subnav follow-us followus print-link printfriendly jp-relatedposts wpulike "
    "wp-polls crp-related yarpp blk-related show-author "
    "promo promobox product-card product-recommendations add-to price-box read-time reading-time readtime "
    "bookmark audio-player video-player playlist most-commented "
    "hidden-print next-article prev-article article-nav newsticker ticker page-nav site-nav taxonomies "
    "post-taxonomies keywords label-list infocard teaser-list teasers";
constexpr std::string_view maybe_noise_words =
    "menu nav footer header masthead meta aside author authors bio date time timestamp login signup register "
    "overlay dialog carousel slider poll quiz survey rail paywall regwall premium contact disclaimer "
    "copyright source credits editor legal notice alert toggle dropdown "
    "tag category categories labels links tools action actions buttons button btn form search print email "
    "hidden summary-list box-related aside-right right-col rightcol "
    "sticky callout kicker eyebrow label follow profile card cards deck listing feed archive next prev "
    "previous topics topic-list extra-services";
constexpr std::string_view caption_words =
    "caption captions figcaption thumbcaption gallerytext wp-caption-text image-caption photo-caption "
    "img-caption credit image-credit photo-credit bildunterschrift pie-foto legende legenda";
// Whole class names.
constexpr auto post_names = std::to_array<std::string_view>(
    {"post",          "message",           "reply",      "answer",         "comment",
     "forum-post",    "topic-body",        "topic-post", "post-container", "postcontainer",
     "post-wrapper",  "postwrapper",       "post_block", "cpost",          "ipscomment",
     "message--post", "bbp-reply-content", "js-post",    "js-answer",      "suggested-answer",
     "forumpost",     "forum_post",        "post_wrap",  "postcell",       "post-message"});

// Names before a number.
constexpr auto numbered_post_names = std::to_array<std::string_view>(
    {"post_message_", "td_post_", "post-", "post_", "post", "msg", "msg_", "message-", "message_", "comment-",
     "comment_", "answer-", "answer_", "reply-", "reply_", "js-post-", "post_content", "elpost_"});

void add(Table& table, std::string_view words, Kind kind) {
  for (const auto each : split(words, ' ')) {
    if (!each.empty()) table.emplace(each, kind);
  }
}

const Table& main_table() {
  static const Table table = [] {
    Table out;
    add(out, body_words, Kind::body);
    add(out, comment_words, Kind::comments);
    add(out, consent_words, Kind::consent);
    add(out, noise_words, Kind::noise);
    add(out, caption_words, Kind::caption);
    add(out, maybe_noise_words, Kind::maybe_noise);
    add(out, content_words, Kind::content);
    return out;
  }();
  return table;
}

/// "relatedPosts td-post_body" -> related posts td post body
std::vector<std::string> words_of(std::string_view names) {
  constexpr std::size_t most = 60;
  std::vector<std::string> out;
  std::string word;
  char before = ' ';
  for (std::size_t i = 0; i <= names.size() && out.size() < most; ++i) {
    const char c = i < names.size() ? names[i] : ' ';
    const bool upper = c >= 'A' && c <= 'Z';
    const bool lower = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    const bool starts = upper && before >= 'a' && before <= 'z';
    if ((!upper && !lower) || starts) {
      if (!word.empty()) out.push_back(std::move(word));
      word.clear();
    }
    if (upper) word += static_cast<char>(c - 'A' + 'a');
    if (lower) word += c;
    before = c;
  }
  return out;
}

void set(ClassHint& hint, Kind kind) {
  switch (kind) {
    case Kind::body: hint.body = true; break;
    case Kind::content: hint.content = true; break;
    case Kind::comments: hint.comments = true; break;
    case Kind::consent: hint.consent = true; break;
    case Kind::noise: hint.noise = true; break;
    case Kind::maybe_noise: hint.maybe_noise = true; break;
    case Kind::caption: hint.caption = true; break;
  }
}

/// Typographic apostrophes and full-width colons in their plain forms, without the dot over a capital i.
std::string plain_form(std::string_view text) {
  auto out = fold_case(replace_all(collapse_blanks(text), "İ", "i"));
  out = replace_all(out, "’", "'");
  return replace_all(out, "：", ":");
}

/// The first words of lines, in plain_form(); a final blank counts.
class Starts {
 public:
  /// Separated by bars.
  explicit Starts(std::string_view words) {
    for (const auto each : split(words, '|'))
      starts_.push_back(plain_form(each) + (each.ends_with(' ') ? " " : ""));
  }
  [[nodiscard]] bool begin(std::string_view line) const { return length(line) > 0; }
  /// The length of the longest that begins the line; 0 if none does.
  [[nodiscard]] std::size_t length(std::string_view line) const {
    std::size_t longest = 0;
    for (const auto& start : starts_) {
      if (start.size() > longest && line.starts_with(start)) longest = start.size();
    }
    return longest;
  }

 private:
  std::vector<std::string> starts_;
};

// Folded. A short line with this beginning is about the page.
constexpr std::string_view noise_starts =
    "read also|also read|read more|read next|read:|see also|see more|related:|related article|"
    "related stor|more:|more on this|more from|watch:|watch also|watch now|listen:|recommended:|"
    "you may also|you might also|don't miss|dont miss|tags:|tag:|tags |filed under|filed in|posted in|"
    "posted by|posted on|categories:|category:|topics:|labels:|keywords:|share this|share on|share:|"
    "share via|follow us|follow @|subscribe|sign up for|sign up to|get the latest|join our|advertisement|"
    "advertising|sponsored|continue reading|click here|photo:|photo by|photos:|photo credit|image:|"
    "image credit|image source|picture:|file photo|copyright|©|(c) 20|all rights reserved|"
    "originally published|this article was originally|published:|published on|updated:|last updated|"
    "last modified|first published|enlarge image|view comments|leave a comment|leave a reply|comments (|"
    "add a comment|download our app|download the app|have a news tip|skip to|jump to|back to top|"
    "disclaimer:|the comments below|view this post on|after newsletter promotion|video:|"
    "this post is licensed|this work is licensed|a post shared by|lesen sie auch|lesen sie mehr|"
    "lesen sie hier|auch interessant|mehr zum thema|mehr dazu|mehr lesen|siehe auch|schlagw|themen:|"
    "foto:|fotos:|bild:|quelle:|anzeige|teilen|artikel teilen|jetzt abonnieren|newsletter|zum thema|"
    "lire aussi|à lire|a lire|à lire aussi|lire la suite|lire également|voir aussi|à découvrir|mots-clés|"
    "mots clés|partager|photo :|crédit photo|publicité|abonnez-vous|s'abonner|inscrivez-vous|"
    "sur le même sujet|lea también|lee también|leer más|leer también|lee además|te puede interesar|"
    "también te puede|mira también|ver también|ver más|más información|etiquetas:|temas:|compartir|"
    "suscríbe|publicidad|fotografía:|relacionad|síguenos|sigue leyendo|noticias relacionadas|leia também|"
    "leia mais|veja também|saiba mais|compartilhe|assine|publicidade|leggi anche|leggi pure|leggi tutto|"
    "condividi|potrebbe interessarti|iscriviti|pubblicità|riproduzione riservata|© riproduzione|lees ook|"
    "lees meer|deel dit|bekijk ook|läs också|läs mer|les også|læs også|dela artikeln|lue myös|lue lisää|"
    "foto |czytaj też|czytaj także|czytaj również|zobacz też|zobacz także|udostępnij|tagi:|zdroj:|"
    "čtěte také|přečtěte si|čítajte aj|prečítajte si|olvasd el|kapcsolódó|citește și|citiți și|"
    "pročitajte|čitajte|διαβάστε επίσης|διαβαστε επισης|διαβάστε ακόμη|διαβάστε ακόμα|"
    "διαβάστε περισσότερα|δείτε επίσης|δείτε ακόμη|σχετικά άρθρα|ετικέτες|κοινοποίηση|ακολουθήστε|πηγή:|"
    "φωτο:|φωτογραφία:|εγγραφή στο|ilgili haber|bunu da oku|ayrıca bakın|ayrıca oku|devamını oku|"
    "etiketler|paylaş|kaynak:|fotoğraf:|bültenimize|takip edin|читайте также|читайте:|читать также|"
    "читать далее|читать дальше|смотрите также|подробнее:|по теме|теги:|метки:|поделиться|фото:|"
    "источник:|подписывайтесь|подписаться|читайте нас|следите за|реклама|читайте ще|читайте також|теми:|"
    "関連記事|あわせて読|合わせて読|タグ|シェア|続きを読む|写真:|延伸阅读|相关阅读|相关文章|相关新闻|"
    "推荐阅读|标签|责任编辑|編輯:|责编|来源:|分享到|編集部|版权|延伸閱讀|相關新聞|"
    "相關閱讀|原标题|点击进入|관련기사|관련 기사|무단전재|저작권|اقرأ أيضا|اقرأ أيضًا|إقرأ أيضا|اقرا "
    "ايضا|شاهد أيضا|المصدر:|الوسوم|"
    "شارك|تابعنا|اشترك|قراءة المزيد";

constexpr std::string_view noise_headings =
    "related|recommended|more from|more in|more on|more stories|more news|more articles|more posts|"
    "more like|most read|most popular|popular|trending|latest|you may also|you might also|read also|"
    "also read|read next|read more|see also|up next|what to read|don't miss|share|comments|comment|"
    "leave a|post a comment|join the|discussion|responses|replies|about the author|about author|about us|"
    "written by|author|tags|topics|newsletter|sign up|subscribe|stay |get the|follow|references and|"
    "contents|table of contents|navigation|recent posts|similar|other posts|other articles|"
    "in this article|on this page|contact us|media contact|top stories|editor's picks|editors' picks|"
    "categories|archives|mehr zum thema|mehr aus|mehr von|weitere|auch interessant|ähnliche|verwandte|"
    "das könnte|lesen sie auch|kommentare|kommentar|schreib|über den autor|über die autorin|zum autor|"
    "schlagw|themen|teilen|artikel teilen|meistgelesen|inhalt|neueste|articles similaires|articles liés|"
    "sur le même|à lire|lire aussi|à découvrir|commentaires|commentaire|à propos de l|partager|"
    "les plus lus|inscrivez|mots-clés|plus d'articles|sommaire|dans la même|artículos relacionados|"
    "noticias relacionadas|relacionad|te puede|también te|lo más|más noticias|más leíd|comentarios|deja |"
    "sobre el autor|acerca del|compartir|suscríb|etiquetas|artigos relacionados|leia também|veja também|"
    "comentários|mais lidas|mais sobre|sobre o autor|articoli correlati|leggi anche|potrebbe|commenti|"
    "condividi|ultime|lees ook|reacties|meer over|gerelateerd|läs också|läs mer|kommentarer|relaterat|"
    "lue myös|kommentit|komentarze|czytaj|zobacz|powiązane|podobne|komentáře|diskuse|související|"
    "hozzászólás|kapcsolódó|σχετικά|διαβάστε|δείτε|σχόλια|σχόλιο|κοινοποίηση|ετικέτες|εγγραφή|δημοφιλή|"
    "τελευταία|περισσότερα|ilgili|benzer|diğer|yorumlar|yorum|paylaş|yazar hakkında|etiketler|bülten|"
    "en çok|son haberler|похожие|читайте|по теме|комментарии|комментари|поделиться|об авторе|теги|подпис|"
    "другие|ещё по|еще по|смотрите|новости "
    "по|популярн|последние|рекоменд|схожі|коментарі|関連|あわせて|合わせて|"
    "コメント|シェア|著者|この記事|タグ|人気|最新|おすすめ|ランキング|相关|相關|评论|評論|分享|关于作者|标签|"
    "热门|熱門|推荐|推薦|延伸|관련|댓글|인기|مقالات ذات|"
    "ذات صلة|اقرأ|التعليقات|تعليقات|شارك|عن الكاتب|الوسوم|اشترك|الأكثر|مواضيع|المزيد";

constexpr std::string_view byline_starts =
    "by |by: |written by|story by|text by|words by|author:|von |von: |autor:|par |por |di |door |av |af |"
    "tekst:|text:|автор:|автор |του |της |γράφει|yazan|yazar:|文:|作者|記者|记者|بقلم|كتب|submitted "
    "by|reporter:";

}  // namespace

ClassHint hint_of_class(std::string_view names) {
  ClassHint hint;
  const auto words = words_of(names);
  for (std::size_t i = 0; i < words.size(); ++i) {
    // "has-sidebar", "no-comments" describe something next to such a part, or without it. WordPress also
    // names a post's topics: "category-cookies".
    constexpr auto about =
        std::to_array<std::string_view>({"category", "tag", "has", "no", "with", "without", "hide", "show",
                                         "is", "enable", "disable", "hidden", "not"});
    if (i > 0 && std::ranges::find(about, words[i - 1]) != about.end()) continue;
    const auto look_up = [&](const std::string& key) {
      if (const auto found = main_table().find(key); found != main_table().end()) set(hint, found->second);
    };
    look_up(words[i]);
    if (i + 1 < words.size()) look_up(words[i] + '-' + words[i + 1]);
    if (i + 2 < words.size()) look_up(words[i] + '-' + words[i + 1] + '-' + words[i + 2]);
  }
  for (const auto name : split(names.substr(0, 300), ' ')) {
    if (std::ranges::find(post_names, ascii_lower(name)) != post_names.end()) hint.post = true;
    const auto letters = name.find_last_not_of("0123456789") + 1;
    const bool numbered = letters < name.size() &&
                          std::ranges::find(numbered_post_names, ascii_lower(name.substr(0, letters))) !=
                              numbered_post_names.end();
    if (numbered) hint.post = true;
  }
  return hint;
}

bool begins_like_noise(std::string_view line) {
  static const Starts starts{noise_starts};
  return starts.begin(plain_form(truncate_utf8(line, 120)));
}

bool heads_noise(std::string_view heading) {
  static const Starts starts{noise_headings};
  return heading.size() <= 160 && starts.length(plain_form(heading)) > 0;
}

bool surely_heads_noise(std::string_view heading) {
  constexpr std::size_t least_bytes = 6;
  constexpr std::size_t most_more = 20;
  static const Starts starts{noise_headings};
  const auto plain = plain_form(heading);
  const auto length = starts.length(plain);
  return length >= least_bytes && plain.size() <= length + most_more;
}

bool is_about_cookies(std::string_view text) {
  const auto folded = plain_form(text);
  return std::ranges::any_of(
      std::array<std::string_view, 4>{"cookie", "çerez", "クッキー", "ملفات تعريف الارتباط"},
      [&](std::string_view word) { return folded.find(word) != std::string::npos; });
}

bool is_byline(std::string_view line) {
  if (line.size() > 240) return false;
  const auto folded = plain_form(line);
  const bool is_sentence =
      folded.size() > 25 && (folded.ends_with('.') || folded.ends_with('!') || folded.ends_with('?'));
  static const Starts starts{byline_starts};
  if (!is_sentence && folded.size() < 120 && starts.begin(folded)) return true;
  if (folded.find(" min read") != std::string::npos || folded.find("minute read") != std::string::npos)
    return folded.size() < 120;
  const auto date = find_written_date(line, line.size());
  // The date and a little more.
  return date && line.size() - (date->end - date->begin) < 50 && !is_sentence;
}

}  // namespace tidings::source
