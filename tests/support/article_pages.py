"""Writes tests/data/articles: pages as publishing engines lay them out, each with the words of its article (NAME.txt).

    python3 tests/support/article_pages.py

Deterministic. Captions are left out of the expected text; tests/system/articles.py compares.
"""
import html
import json
import pathlib
import random

from article_words import AROUND, NAMES, SENTENCES

PLACE = pathlib.Path(__file__).resolve().parents[1] / "data/articles"
ENCODINGS = {"news_ru2": "windows-1251", "table90_ja": "shift_jis", "portal_zh": "gb18030", "font90_de": "iso-8859-1",
             "phpbb_ru": "windows-1251"}
RTL = {"ar"}


class Text:
    """An article, and everything around it, in one language."""

    def __init__(self, name, language):
        self.r = random.Random(name)
        self.language = language
        self.nav, self.related, self.share, self.comments, self.letter, self.cookie, self.by, self.also, self.about, self.tags, \
            self.rights, self.day = AROUND[language]
        self.author = NAMES[language]
        self.joint = "" if language in ("ja", "zh") else " "
        self.title = self.sentence(60)
        self.blocks = []

    def sentence(self, limit=0):
        one = self.r.choice(SENTENCES[self.language])
        return one.rstrip(".。")[:limit].strip() if limit else one

    def paragraph(self, least=2, most=5):
        return self.joint.join(self.r.sample(SENTENCES[self.language], self.r.randint(least, min(most, 6))))

    def write(self, paragraphs=6, extras=True):
        kinds = ["p"] * paragraphs
        if extras:
            for kind in self.r.sample(["h2", "ul", "quote", "fig", "h2", "ol", "short"], 4):
                kinds.insert(self.r.randint(1, len(kinds) - 1), kind)
        for at, kind in enumerate(kinds):
            if kind in ("ul", "ol"):
                self.blocks.append((kind, [self.sentence() for _ in range(self.r.randint(2, 4))]))
            elif kind in ("h2", "fig"):
                self.blocks.append((kind, self.sentence(40)))
            elif kind == "short":
                self.blocks.append(("p", self.sentence()))
            else:
                self.blocks.append((kind, self.paragraph()))
        return self

    def expected(self):
        lines = []
        for kind, what in self.blocks:
            if kind in ("ul", "ol"):
                lines += what
            elif kind == "table":
                lines += [" ".join(row) for row in what]
            elif kind != "fig":
                lines.append(what)
        return "\n\n".join(lines) + "\n"

    def inner(self, p="p", between="", classes="", link=True):
        """The blocks as HTML; `between` is put in after the second paragraph and before the last."""
        out = []
        for kind, what in self.blocks:
            if kind == "p":
                words = html.escape(what)
                if link and self.r.random() < 0.4 and " " in what:
                    first, rest = words.split(" ", 1)
                    words = f'<a href="/archive/{self.r.randint(1, 999)}">{first}</a> {rest}'
                elif self.r.random() < 0.3 and " " in what:
                    first, rest = words.split(" ", 1)
                    words = f"<strong>{first}</strong> {rest}"
                out.append(f"<{p}{classes}>{words}</{p.split()[0]}>")
            elif kind == "h2":
                out.append(f"<h2{classes}>{html.escape(what)}</h2>")
            elif kind in ("ul", "ol"):
                out.append(f"<{kind}>" + "".join(f"<li>{html.escape(each)}</li>" for each in what) + f"</{kind}>")
            elif kind == "quote":
                out.append(f"<blockquote><p>{html.escape(what)}</p></blockquote>")
            elif kind == "pre":
                out.append(f'<div class="highlight"><pre><code>{html.escape(what)}</code></pre></div>')
            elif kind == "table":
                out.append("<table>" + "".join("<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in row) + "</tr>"
                                               for row in what) + "</table>")
            elif kind == "fig":
                out.append(f'<figure><img src="/media/{self.r.randint(1, 99)}.jpg" alt="">'
                           f"<figcaption>{html.escape(what)}</figcaption></figure>")
        if between:
            out.insert(min(2, len(out) - 1), between)
            out.insert(len(out) - 1, between)
        return "\n".join(out)

    # ---- what surrounds it

    def navigation(self, tag="nav", name="site-nav"):
        items = "".join(f'<li><a href="/{i}">{word}</a></li>' for i, word in enumerate(self.nav.split("|") * 2))
        return f'<{tag} class="{name}"><ul>{items}</ul></{tag}>'

    def teasers(self, n=5, summary=True, item="div", name="card", heading="h3"):
        out = []
        for _ in range(n):
            text = f"<p>{html.escape(self.sentence())}</p>" if summary else ""
            out.append(f'<{item} class="{name}"><a href="/story/{self.r.randint(1, 9999)}"><img src="/t.jpg" alt=""></a>'
                       f'<{heading}><a href="/story/{self.r.randint(1, 9999)}">{html.escape(self.sentence(50))}</a></{heading}>{text}'
                       f"<time>{self.day}</time></{item}>")
        return "\n".join(out)

    def links(self, n=6):
        return "<ul>" + "".join(f'<li><a href="/s/{self.r.randint(1, 9999)}">{html.escape(self.sentence(55))}</a></li>' for _ in range(n)) + "</ul>"

    def remarks(self, n=5, name="comment", text="comment-content"):
        out = []
        for i in range(n):
            out.append(f'<li class="{name}" id="{name}-{i}"><div class="{name}-author"><b class="fn">{NAMES[self.language]} {i}</b> '
                       f'<a href="#{name}-{i}">{self.day}, 10:4{i}</a></div><div class="{text}"><p>{html.escape(self.paragraph(1, 3))}</p></div>'
                       f'<a class="reply" href="#respond">Reply</a></li>')
        return "".join(out)

    def sharing(self, name="share"):
        return (f'<div class="{name}"><span>{self.share}</span> <a href="https://facebook.com/sharer">Facebook</a> '
                f'<a href="https://twitter.com/intent">Twitter</a> <a href="mailto:?subject=x">E-mail</a></div>')

    def head(self, more="", linked=None, kind="article"):
        linked = "" if linked is None else f'<script type="application/ld+json">{json.dumps(linked, ensure_ascii=False)}</script>'
        return (f'<!DOCTYPE html>\n<html lang="{self.language}"{" dir=rtl" if self.language in RTL else ""}><head><meta charset="utf-8">'
                f"<title>{html.escape(self.title)} | The Example Post</title>\n"
                f'<meta property="og:title" content="{html.escape(self.title)}"><meta property="og:type" content="{kind}">\n'
                f'<meta property="og:image" content="https://www.example.org/lead.jpg"><meta property="og:site_name" content="The Example Post">'
                f"{more}{linked}<style>.a{{color:red}}</style><script>window.dataLayer=[];if(1<2){{document.write('<p>x</p>')}}</script></head>\n")

    def cookies(self):
        return (f'<div id="cookie-notice" role="dialog" class="cc-window"><p>{self.cookie}</p><p>{self.cookie}</p>'
                f'<button>OK</button><a href="/privacy">Privacy</a></div>')

    def foot(self):
        return (f'<footer class="site-footer"><p>© 2026 The Example Post. {self.rights}.</p>{self.navigation("div", "footer-links")}'
                f"<p>{html.escape(self.sentence())}</p></footer></body></html>")

    def bio(self, name="author-box"):
        return (f'<div class="{name}"><h4>{self.about}</h4><img src="/a.jpg" alt=""><p>{self.author} '
                f"{html.escape(self.sentence())} {html.escape(self.sentence())}</p></div>")

    def linked(self, **more):
        return {"@context": "https://schema.org", "@type": "NewsArticle", "headline": self.title, "datePublished": "2026-03-14T09:30:00+02:00",
                "author": [{"@type": "Person", "name": self.author}], "image": ["https://www.example.org/lead.jpg"], **more}


def wordpress_classic(t):
    return (t.head() + f'<body class="single single-post"><div id="page"><header id="masthead"><p class="site-title"><a href="/">The Example Post</a></p>'
            f'{t.navigation()}</header><div id="primary"><main id="main"><article id="post-12" class="post type-post hentry category-town tag-wall">'
            f'<header class="entry-header"><h1 class="entry-title">{t.title}</h1><div class="entry-meta">{t.by} <a rel="author" href="/author/x">{t.author}</a> '
            f'<time class="entry-date published" datetime="2026-03-14T09:30:00+02:00">{t.day}</time></div></header><div class="entry-content">'
            f'{t.inner()}{t.sharing("sharedaddy sd-sharing-enabled")}<div id="jp-relatedposts" class="jp-relatedposts"><h3>{t.related}</h3>{t.links(3)}</div></div>'
            f'<footer class="entry-footer"><span class="tags-links">{t.tags} <a href="/tag/a" rel="tag">Wall</a>, <a href="/tag/b" rel="tag">Sea</a></span></footer></article>'
            f'<nav class="post-navigation"><a rel="prev" href="/p">{t.sentence(50)}</a></nav><div id="comments" class="comments-area"><h2>{t.comments}</h2>'
            f'<ol class="comment-list">{t.remarks(7)}</ol><div id="respond"><form><textarea></textarea></form></div></div></main></div>'
            f'<aside id="secondary" class="widget-area"><section class="widget"><h2>{t.related}</h2>{t.links()}</section></aside>{t.foot()}')


def wordpress_block(t):
    return (t.head(linked={"@graph": [{"@type": "WebSite", "name": "The Example Post"}, t.linked(**{"@type": "Article"})]})
            + f'<body class="wp-singular"><div class="wp-site-blocks"><header class="wp-block-template-part">{t.navigation()}</header>'
            f'<main class="wp-block-group"><h1 class="wp-block-post-title">{t.title}</h1><div class="wp-block-group"><div class="wp-block-post-date">'
            f'<time datetime="2026-03-14T09:30:00+02:00">{t.day}</time></div><p class="wp-block-post-author-name">{t.author}</p></div>'
            f'<div class="entry-content wp-block-post-content">{t.inner(classes=" class=wp-block-paragraph")}'
            f'<div class="wp-block-group newsletter-signup"><h3>{t.letter}</h3><p>{t.sentence()}</p><form><input type=email></form></div></div>'
            f'<div class="wp-block-post-terms"><a href="/tag/1">Wall</a></div><div class="wp-block-comments"><h2>{t.comments}</h2><ol>{t.remarks(3)}</ol></div>'
            f'<div class="wp-block-query"><h2>{t.related}</h2><ul>{t.teasers(4, item="li", name="wp-block-post")}</ul></div></main>{t.foot()}')


def ghost(t):
    return (t.head('<meta property="article:published_time" content="2026-03-14T07:30:00.000Z">') + f'<body class="post-template"><div class="gh-viewport"><header id="gh-head">{t.navigation()}</header>'
            f'<main class="gh-main"><article class="gh-article post"><header class="gh-article-header"><h1 class="gh-article-title">{t.title}</h1>'
            f'<p class="gh-article-excerpt"></p><div class="gh-article-meta"><h4 class="gh-article-author-name"><a href="/a">{t.author}</a></h4>'
            f'<time class="gh-article-meta-date" datetime="2026-03-14">{t.day}</time> <span>5 min read</span></div></header>'
            f'<section class="gh-content gh-canvas">{t.inner(between=chr(10) + f"<div class=kg-card><a class=kg-btn href=/s>{t.letter}</a></div>")}</section></article>'
            f'<section class="gh-comments"><h2>{t.comments}</h2><script>x</script></section><aside class="gh-read-next"><h2>{t.related}</h2>{t.teasers(3, item="article", name="gh-card post")}</aside></main>{t.foot()}')


def medium(t):
    return (t.head(linked=t.linked()) + f'<body><div id="root"><div class="a b c"><div class="d e f">{t.navigation("div", "g h")}</div><article><div class="l"><section><div><div class="gq gr gs">'
            f'<h1 class="pw-post-title">{t.title}</h1><div class="speechify ab"><a href="/@x">{t.author}</a><span>·</span><a href="/follow">Follow</a><div>6 min read · {t.day}</div></div>'
            f'<div class="pw-multi-vote-icon"><button>231</button><button>Listen</button><button>Share</button></div>{t.inner(classes=" class=pw-post-body-paragraph")}</div></div></section></div></article>'
            f'<div class="ab q"><a href="/tag/x">Harbours</a><a href="/tag/y">Repair</a></div><div class="m n"><h2>Written by {t.author}</h2><div>2.1K Followers</div><p>{t.sentence()}</p></div>'
            f'<div class="r s"><h2>More from {t.author}</h2>{t.teasers(4, item="article", name="u v", heading="h2")}</div></div></div>{t.foot()}')


def substack(t):
    subscribe = f'<div class="subscription-widget-wrap"><div class="subscription-widget"><p class="subscription-widget-subscribe">{t.letter}. {t.sentence()}</p><form><input type=email><input type=submit></form></div></div>'
    return (t.head(linked=t.linked()) + f'<body><div id="entry"><div id="main" class="main"><div class="main-menu"><div class="topbar">{t.navigation("div", "m")}</div></div><div class="single-post-container"><div class="container"><div class="single-post"><article class="newsletter-post post">'
            f'<div class="post-header"><h1 class="post-title">{t.title}</h1><div class="byline-wrapper">{t.author} <div>Mar 14, 2026</div></div></div><div class="available-content"><div dir="auto" class="body markup">{t.inner(between=subscribe)}</div></div></article>'
            f'<div class="comments-section"><h4>{t.comments}</h4>{t.remarks(6, "comment", "comment-body")}</div></div></div></div><div class="portable-archive">{t.teasers(5, name="post-preview")}</div></div></div>{t.foot()}')


def blogger(t):
    t.blocks = [b if b[0] not in ("fig",) else ("p", t.sentence()) for b in t.blocks]
    body = "<br />\n<br />\n".join(html.escape(what) if kind == "p" else f"<b>{html.escape(what)}</b>" if kind == "h2" else
                                  f"<blockquote>{html.escape(what)}</blockquote>" if kind == "quote" else
                                  "<ul>" + "".join(f"<li>{html.escape(x)}</li>" for x in what) + "</ul>" for kind, what in t.blocks)
    return (t.head() + f'<body><div class="content"><div class="header-outer"><h1 class="title"><a href="/">The Example Post</a></h1></div><div class="main-outer"><div class="column-center-outer"><div class="blog-posts hfeed"><div class="date-outer"><h2 class="date-header"><span>{t.day}</span></h2>'
            f'<div class="post hentry uncustomized-post-template"><h3 class="post-title entry-title" itemprop="name">{t.title}</h3><div class="post-body entry-content" id="post-body-77" itemprop="description articleBody">{body}<div style="clear: both;"></div></div>'
            f'<div class="post-footer"><div class="post-footer-line">{t.by} <span class="fn">{t.author}</span> <a class="timestamp-link" href="/x"><abbr class="published" title="2026-03-14T09:30:00+02:00">09:30</abbr></a> <span class="post-labels">{t.tags} <a rel="tag" href="/l">Wall</a></span></div></div></div>'
            f'<div class="comments" id="comments"><h4>{t.comments}</h4><div id="comment-holder"><ol>{t.remarks(5)}</ol></div></div></div></div></div>'
            f'<div class="column-right-outer"><div class="sidebar"><div class="widget PopularPosts"><h2>{t.related}</h2>{t.teasers(5, name="item-content", heading="div")}</div><div class="widget BlogArchive">{t.links(12)}</div></div></div></div></div>{t.foot()}')


def drupal(t):
    return (t.head() + f'<body class="node--type-article"><div class="region region-header">{t.navigation()}</div><div id="breadcrumb"><a href="/">Home</a> » <a href="/news">News</a></div><main role="main"><div class="region region-content"><div class="block-system-main-block">'
            f'<article class="node node--type-article"><h1>{t.title}</h1><div class="node__submitted"><span>Submitted by <span lang="">{t.author}</span> on {t.day}</span></div><div class="node__content"><div class="field field--name-body field--type-text-with-summary field__item">{t.inner()}</div>'
            f'<div class="field field--name-field-tags"><div class="field__label">{t.tags}</div><div class="field__item"><a href="/t/1">Wall</a></div></div><ul class="links inline"><li><a href="/user/login">Log in</a> to post comments</li></ul></div></article></div>'
            f'<div class="views-element-container block"><h2>{t.related}</h2>{t.teasers(4, name="views-row")}</div></div></main>{t.foot()}')


def joomla(t):
    return (t.head() + f'<body class="site com_content view-article"><div class="container">{t.navigation("div", "moduletable")}<div class="row"><div id="content" class="span9"><div class="item-page" itemscope itemtype="https://schema.org/Article"><div class="page-header"><h2 itemprop="headline">{t.title}</h2></div>'
            f'<dl class="article-info muted"><dt>Details</dt><dd class="createdby">{t.by} <span itemprop="name">{t.author}</span></dd><dd class="published"><time datetime="2026-03-14T09:30:00+02:00" itemprop="datePublished">{t.day}</time></dd><dd class="hits">Hits: 1204</dd></dl>'
            f'<div itemprop="articleBody">{t.inner()}</div><ul class="pager pagenav"><li class="previous"><a href="/x">Prev</a></li><li class="next"><a href="/y">Next</a></li></ul></div></div><div id="aside" class="span3"><div class="well"><h3>{t.related}</h3>{t.links(8)}</div></div></div></div>{t.foot()}')


def typo3(t):
    return (t.head() + f'<body id="p112"><div class="page"><div class="header">{t.navigation("div", "mainnav")}</div><div class="content"><!--TYPO3SEARCH_begin--><div class="news news-single"><div class="article" itemscope="itemscope" itemtype="http://schema.org/Article"><div class="header"><h1 itemprop="headline">{t.title}</h1></div>'
            f'<div class="footer"><p><span class="news-list-date"><time itemprop="datePublished" datetime="2026-03-14">14.03.2026</time></span></p></div><div class="news-text-wrap" itemprop="articleBody">{t.inner(classes=" class=bodytext")}</div><div class="news-backlink-wrap"><a href="/news">Zurück</a></div>'
            f'<div class="news-related-wrap"><h4>{t.related}</h4>{t.links(4)}</div></div></div><!--TYPO3SEARCH_end--></div><div class="rightcol"><h3>{t.letter}</h3><p>{t.sentence()}</p>{t.links(5)}</div></div>{t.foot()}')


def news_paywall(t):
    linked = t.linked(isAccessibleForFree=False, articleBody=" ".join(t.expected().split("\n\n")))
    shown = "".join(f"<p>{html.escape(what)}</p>" for kind, what in t.blocks[:1])
    return (t.head(linked=linked) + f'<body>{t.cookies()}<header>{t.navigation()}</header><main><article class="article"><h1>{t.title}</h1><div class="byline">{t.by} {t.author}</div>{t.sharing("social-bar")}<div class="article-content">{shown}</div>'
            f'<div class="paywall"><h3>{t.letter}</h3><p>{t.sentence()} {t.sentence()}</p><a class="btn" href="/abo">{t.letter}</a></div></article><section class="most-read"><h2>{t.related}</h2>{t.teasers(6)}</section></main>{t.foot()}')


def news_related(t):
    inline = f'<div class="inline-related"><p>{t.also} <a href="/story/88">{t.sentence(60)}</a></p></div>'
    return (t.head(linked=t.linked()) + f'<body>{t.cookies()}<div class="site-header">{t.navigation()}</div><div class="layout"><div class="main-col"><article><div class="article__header"><span class="kicker"><a href="/town">Town</a></span><h1 class="article__title">{t.title}</h1>'
            f'<p class="article__byline">{t.by} <a href="/staff/x">{t.author}</a> <span>{t.day}, 09:30</span></p></div>{t.sharing("article__share-tools")}<div class="article__body">{t.inner(between=inline)}</div>{t.bio()}<div class="article__tags">{t.tags} <a href="/t">Wall</a> <a href="/t2">Sea</a></div></article>'
            f'<section class="comments-wrapper"><h2>{t.comments} (5)</h2><ul>{t.remarks(5)}</ul></section></div><aside class="rail"><h3>{t.related}</h3>{t.teasers(6)}</aside></div><div class="taboola">{t.teasers(8, summary=False)}</div>{t.foot()}')


def news_inline(t):
    inline = f"<p><strong>{t.also}</strong> <a href='/story/99'>{t.sentence(70)}</a></p>"
    return (t.head() + f'<body><div class="wrap"><div class="top">{t.navigation("div", "menu-main")}</div><div class="story"><h1>{t.title}</h1><div class="story-date">{t.day} 09:30</div><div class="story-text">{t.inner(between=inline)}<p><em>{t.rights}.</em></p></div>'
            f'<div class="story-tags">{t.tags} <a href="/a">A</a> <a href="/b">B</a></div></div><div class="col2"><div class="box"><div class="box-title">{t.related}</div>{t.teasers(7, heading="div")}</div></div></div>{t.foot()}')


def mediawiki(t):
    t.blocks.insert(3, ("table", [["1912", "12"], ["1950", "31"], ["2026", "41"]]))
    edit = '<span class="mw-editsection">[<a href="/edit">edit</a>]</span>'
    toc = f'<div id="toc" class="toc"><h2>Contents</h2>{"".join(f"<li><a href=#s{i}>{i} {t.sentence(20)}</a></li>" for i in range(4))}</div>'
    return (t.head(kind="website") + f'<body class="mediawiki ns-0"><div id="content" class="mw-body" role="main"><h1 id="firstHeading" class="firstHeading">{t.title}</h1><div id="bodyContent"><div id="siteSub">From the example wiki</div><div id="contentSub"></div><a class="mw-jump-link" href="#n">Jump to navigation</a>'
            f'<div id="mw-content-text" lang="{t.language}"><div class="mw-parser-output"><div class="hatnote navigation-not-searchable">For the other wall, see <a href="/w/Other">Other wall</a>.</div>{t.inner(between="").replace("</h2>", edit + "</h2>")}{toc}'
            f'<div role="navigation" class="navbox">{t.links(12)}</div></div></div><div class="printfooter">Retrieved from "https://wiki.example.org/w"</div><div id="catlinks" class="catlinks"><a href="/c">Categories</a>: <ul><li><a href="/c1">Walls</a></li></ul></div></div></div>'
            f'<div id="mw-navigation"><h2>Navigation menu</h2>{t.navigation("div", "portal")}</div><div id="footer" role="contentinfo"><ul><li>This page was last edited on 14 March 2026, at 09:30.</li><li>Text is available under a licence; additional terms may apply, see the terms of use.</li></ul></div></body></html>')


def phpbb(t):
    def post(i, inner):
        return (f'<div id="p{i}" class="post has-profile bg{i % 2 + 1}"><div class="inner"><dl class="postprofile"><dt><a class="username" href="/u{i}">{t.author} {i}</a></dt><dd class="profile-posts"><strong>Posts:</strong> {i * 12}</dd><dd><strong>Joined:</strong> 2019</dd></dl>'
                f'<div class="postbody"><div id="post_content{i}"><h3{" class=first" if i == 0 else ""}><a href="#p{i}">{"Re: " if i else ""}{t.title}</a></h3><p class="author"><a href="#p{i}">#</a> {t.by} <strong><a href="/u{i}" class="username">{t.author} {i}</a></strong> » {t.day} 09:3{i}</p>'
                f'<div class="content">{inner}</div><div class="signature">{t.sentence(40)}</div></div></div></div></div><hr class="divider">')
    t.blocks = [b for b in t.blocks if b[0] in ("p", "quote", "h2")]
    first = "<br><br>".join(html.escape(what) for kind, what in t.blocks)
    rest = "".join(post(i, html.escape(t.paragraph(1, 4))) for i in range(1, 6))
    return (t.head(kind="website") + f'<body id="phpbb" class="nojs notouch section-viewtopic ltr"><div id="wrap"><div id="page-header">{t.navigation("div", "navbar")}</div><div id="page-body"><h2 class="topic-title"><a href="/t">{t.title}</a></h2><div class="action-bar">6 posts · Page 1 of 1</div>{post(0, first)}{rest}</div></div>{t.foot()}')


def discourse(t):
    def post(i, inner):
        return (f'<div itemprop="{"comment" if i else "mainEntity"}" itemscope itemtype="http://schema.org/{"Comment" if i else "DiscussionForumPosting"}" id="post_{i + 1}" class="topic-body crawler-post"><div class="crawler-post-meta"><span class="creator"><a href="/u/x"><span itemprop="name">{t.author}{i}</span></a></span> <time itemprop="datePublished" datetime="2026-03-14T09:3{i}:00Z" class="post-time">{t.day}</time><span itemprop="position">{i + 1}</span></div>'
                f'<div class="post" itemprop="text">{inner}</div><div itemprop="interactionStatistic"><span class="post-likes">3 Likes</span></div></div>')
    return (t.head(kind="website") + f'<body class="crawler"><header><a href="/">Example Forum</a></header><div id="main-outlet" class="wrap" role="main"><div id="topic-title"><h1><a href="/t/1">{t.title}</a></h1><div class="topic-category"><a href="/c">General</a></div></div><div itemscope itemtype="http://schema.org/DiscussionForumPosting">'
            f'{post(0, t.inner())}{"".join(post(i, f"<p>{t.paragraph(2, 4)}</p><p>{t.sentence()}</p>") for i in range(1, 6))}</div><div id="related-topics" class="more-topics__list"><h3>{t.related}</h3>{t.links()}</div></div>{t.foot()}')


def jekyll(t):
    t.blocks.insert(2, ("pre", "def mend(wall):\n    for stone in wall:\n        stone.place()\n    return wall"))
    return (t.head() + f'<body><header class="site-header"><a class="site-title" href="/">The Example Post</a></header><main class="page-content"><div class="wrapper"><article class="post h-entry" itemscope itemtype="http://schema.org/BlogPosting"><header class="post-header"><h1 class="post-title p-name">{t.title}</h1><p class="post-meta"><time class="dt-published" datetime="2026-03-14T09:30:00+02:00">{t.day}</time> • {t.author}</p></header>'
            f'<div class="post-content e-content" itemprop="articleBody">{t.inner()}</div><a class="u-url" href="/p" hidden></a></article></div></main>{t.foot()}')


def mkdocs(t):
    t.blocks.insert(2, ("pre", "tidings init newsletter\ncd newsletter\ntidings doctor"))
    return (t.head(kind="website") + f'<body><header class="md-header">{t.navigation()}</header><div class="md-container"><main class="md-main"><div class="md-main__inner"><div class="md-sidebar md-sidebar--primary">{t.links(14)}</div><div class="md-sidebar md-sidebar--secondary"><nav class="md-nav md-nav--secondary"><label>Table of contents</label>{t.links(5)}</nav></div>'
            f'<div class="md-content"><article class="md-content__inner md-typeset"><a href="/edit" class="md-content__button">Edit</a><h1>{t.title}<a class="headerlink" href="#h">¶</a></h1>{t.inner().replace("</h2>", "<a class=headerlink href=#x>¶</a></h2>")}</article></div></div></main><footer class="md-footer">{t.links(2)}</footer></div></body></html>')


def table90(t):
    t.blocks = [b for b in t.blocks if b[0] in ("p", "quote", "h2")]
    body = "<br><br>\n".join(("<b>" + html.escape(w) + "</b>") if k == "h2" else html.escape(w) for k, w in t.blocks)
    nav = "".join(f'<tr><td bgcolor="#ccccff"><font size="2"><a href="{i}.html">{w}</a></font></td></tr>' for i, w in enumerate(t.nav.split("|") * 2))
    return (f'<HTML><HEAD><TITLE>{t.title}</TITLE><META http-equiv="Content-Type" content="text/html; charset=CHARSET"></HEAD><BODY bgcolor="white"><CENTER><TABLE width="780" border="0"><TR><TD colspan="3"><img src="banner.gif" alt="The Example Post"></TD></TR>'
            f'<TR><TD width="120" valign="top"><table>{nav}</table></TD><TD valign="top"><font size="5">{t.title}</font><br><font size="1">{t.day}</font><hr>{body}<hr><font size="1"><a href="index.html">Top</a> | <a href="mailto:a@example.org">Mail</a></font></TD>'
            f'<TD width="150" valign="top"><b>{t.related}</b><br>{"<br>".join(f"<a href=x{i}.html>{t.sentence(40)}</a>" for i in range(6))}</TD></TR></TABLE><font size="1">© 1999 Example. {t.rights}.</font></CENTER></BODY></HTML>')


def font90(t):
    return (f'<html><head><title>{t.title}</title></head><body><h1>{t.title}</h1><p align="right"><i>{t.author}, {t.day}</i>{t.inner().replace("</p>", "")}<hr><address><a href="index.html">Index</a></address></body></html>')


def amp(t):
    return (f'<!doctype html><html ⚡ lang="{t.language}"><head><meta charset="utf-8"><title>{t.title}</title><script type="application/ld+json">{json.dumps(t.linked())}</script><style amp-boilerplate>body{{visibility:hidden}}</style></head><body><amp-sidebar id="s">{t.links(10)}</amp-sidebar><header class="amp-wp-header"><a href="/">The Example Post</a></header>'
            f'<article class="amp-wp-article"><header class="amp-wp-article-header"><h1 class="amp-wp-title">{t.title}</h1><div class="amp-wp-meta amp-wp-byline"><span class="amp-wp-author">{t.author}</span></div></header><div class="amp-wp-article-content">{t.inner()}<amp-ad width=300 height=250></amp-ad></div><footer class="amp-wp-article-footer"><div class="amp-wp-meta amp-wp-tax-tag">{t.tags} <a href="/t">Wall</a></div></footer></article><amp-social-share type="x"></amp-social-share>{t.foot()}')


def nextjs(t):
    data = json.dumps({"props": {"pageProps": {"body": t.expected()}}}, ensure_ascii=False)
    return (t.head(linked=t.linked()) + f'<body><div id="__next"><div class="css-1q2w3e">{t.navigation("div", "css-0ab")}</div><div class="css-9z8y7x"><div class="css-aa1"><div class="css-bb2"><h1 class="css-h1">{t.title}</h1><div class="css-by">{t.by} {t.author}</div><div class="css-tt">{t.day}</div></div><div class="css-cc3">{t.inner(p="div", classes="")}</div></div>'
            f'<div class="css-rr9"><div class="css-rh">{t.related}</div>{t.teasers(6, name="css-card", heading="div")}</div></div></div><script id="__NEXT_DATA__" type="application/json">{data}</script>{t.foot()}')


def chunks(t):
    pieces = t.inner().split("\n")
    third = max(1, len(pieces) // 3)
    parts = ["\n".join(pieces[i:i + third]) for i in range(0, len(pieces), third)]
    body = f'<div class="ad-slot"><p>Advertisement</p></div>'.join(f'<div class="section"><div class="text-block">{part}</div></div>' for part in parts)
    return (t.head() + f'<body>{t.cookies()}<div id="app"><div class="c-header">{t.navigation("div", "c-nav")}</div><div class="c-page"><div class="c-hero"><h1>{t.title}</h1><p>{t.by} {t.author} | {t.day}</p></div><div class="c-sections">{body}</div></div><div class="c-more"><h2>{t.related}</h2><div class="grid">{t.teasers(6)}</div></div></div>{t.foot()}')


def questions(t):
    def answer(i):
        return f'<div id="answer-{i}" class="answer js-answer" itemprop="suggestedAnswer" itemscope itemtype="https://schema.org/Answer"><div class="post-layout"><div class="votecell"><div>{i}</div></div><div class="answercell"><div class="s-prose js-post-body" itemprop="text"><p>{t.paragraph(3, 6)}</p><p>{t.paragraph(2, 4)}</p></div><div class="user-info">answered Mar 15 <a href="/u">{t.author}</a></div></div><div class="comments"><ul><li class="comment"><span class="comment-copy">{t.sentence()}</span></li></ul></div></div></div>'
    t.blocks.insert(2, ("pre", "$ make wall\nmake: *** No rule to make target 'wall'.  Stop."))
    return (t.head(kind="website") + f'<body class="question-page"><header class="s-topbar">{t.navigation()}</header><div class="container"><div id="content"><div itemprop="mainEntity" itemscope itemtype="https://schema.org/Question"><div id="question-header"><h1 itemprop="name"><a href="/q/1" class="question-hyperlink">{t.title}</a></h1></div><div>Asked <time itemprop="dateCreated" datetime="2026-03-14T09:30:00">today</time> Viewed 120 times</div><div id="mainbar"><div class="question" id="question"><div class="post-layout"><div class="postcell"><div class="s-prose js-post-body" itemprop="text">{t.inner()}</div>'
            f'<div class="post-taglist"><a href="/t/1" class="post-tag" rel="tag">walls</a></div></div></div></div><div id="answers"><h2>4 Answers</h2>{"".join(answer(i) for i in range(4))}</div></div><div id="sidebar"><div class="module"><h4>{t.related}</h4>{t.links(9)}</div></div></div></div></div>{t.foot()}')


def aspnet(t):
    return (t.head() + f'<body><form method="post" action="./Page.aspx" id="aspnetForm"><input type="hidden" name="__VIEWSTATE" value="abc"><div id="ctl00_Header">{t.navigation("div", "menu")}</div><table><tr><td id="left">{t.links(8)}</td><td id="ctl00_Main"><span id="ctl00_lblTitle" class="Title">{t.title}</span><div class="Date">14.03.2026</div><div id="ctl00_Text">{t.inner()}</div></td></tr></table><div id="ctl00_Footer">© 2026 Example. {t.rights}.</div></form></body></html>')


def shop(t):
    return (t.head('<script type="application/ld+json">{"@type":"Organization","name":"Shop"}</script>') + f'<body class="template-article"><div id="shopify-section-announcement-bar"><p>Free delivery on orders over 50.</p></div><header>{t.navigation()}</header><main id="MainContent"><article class="article-template" itemscope itemtype="http://schema.org/BlogPosting"><header><h1 class="article-template__title" itemprop="headline">{t.title}</h1><span class="circle-divider"><time datetime="2026-03-14T09:30:00Z">{t.day}</time></span></header>{t.sharing("article-template__social-sharing")}<div class="article-template__content page-width rte" itemprop="articleBody">{t.inner()}</div></article>'
            f'<div class="product-recommendations"><h2>You may also like</h2>{"".join(f"<div class=product-card><a href=/p{i}>Bowl {i}</a><span class=price>€{i}9</span><button>Add to cart</button></div>" for i in range(6))}</div></main>{t.foot()}')


def elementor(t):
    widgets = "".join(f'<div class="elementor-element elementor-widget elementor-widget-text-editor"><div class="elementor-widget-container">{part}</div></div>' for part in t.inner().split("\n"))
    return (t.head() + f'<body class="elementor-page"><div class="elementor elementor-location-header">{t.navigation()}</div><div class="elementor elementor-location-single"><section class="elementor-section"><div class="elementor-container"><div class="elementor-widget elementor-widget-theme-post-title"><h1>{t.title}</h1></div><div class="elementor-widget elementor-widget-post-info"><ul><li>{t.author}</li><li>{t.day}</li></ul></div></div></section><section class="elementor-section"><div class="elementor-container"><div class="elementor-column">{widgets}</div></div></section><section class="elementor-section"><div class="elementor-widget-posts"><h2>{t.related}</h2>{t.teasers(3, item="article", name="elementor-post")}</div></section></div><div class="elementor-location-footer">{t.foot()}</div>')


def bare(t):
    return f"<!doctype html><html lang={t.language}><title>{t.title}</title><h1>{t.title}</h1><p>{t.day}</p>{t.inner()}<p><a href=/>Home</a></html>"


def portal(t):
    return (f'<html><head><meta charset="CHARSET"><title>{t.title}_新闻中心_示例网</title><meta name="publishdate" content="2026-03-14"></head><body><div class="top-nav">{t.links(8)}</div><div class="path"><a href="/">首页</a> &gt; <a href="/n">新闻</a></div><div class="main"><div class="left"><h1 class="main-title">{t.title}</h1><div class="date-source"><span class="date">2026年03月14日 09:30</span> 来源：<a href="/">示例日报</a></div><div class="article" id="artibody">{t.inner(classes=" cms-style=font-L")}<p class="show_author">责任编辑：{t.author}</p></div><div class="share">{t.share}：<a href="#">微博</a> <a href="#">微信</a></div><div class="blk-related"><h3>{t.related}</h3>{t.links(8)}</div></div><div class="right"><h2>热门排行</h2>{t.links(10)}</div></div><div class="copyright">{t.rights}</div></body></html>')


def comments_heavy(t):
    return (t.head() + f'<body><div id="top">{t.navigation("div", "bar")}</div><div id="blog"><div class="entry"><h2 class="title">{t.title}</h2><div class="posted">{t.by} {t.author} · {t.day}</div><div class="snap_preview">{t.inner()}</div></div><h3 id="comments">{t.comments}: 20</h3><ol class="commentlist">{t.remarks(20)}</ol><h3>Leave a reply</h3><form><p>{t.sentence()}</p><textarea></textarea></form></div>{t.foot()}')


def client_side(t):
    return t.head(linked=t.linked(articleBody="\n\n".join(t.expected().strip().split("\n\n")))) + f'<body><div id="app"><div class="loader">Loading...</div></div><noscript><p>You need to enable JavaScript to run this app.</p></noscript><footer><p>© 2026 {t.rights}.</p></footer></body></html>'


def wall(t):
    return (t.head() + f'<body><div class="consent-modal" id="sp_message"><h2>Your privacy</h2>{"".join(f"<p>{t.cookie} {t.cookie} {t.cookie}</p>" for _ in range(6))}<button>Accept</button></div><div class="grid-12"><div class="col-8 ArticlePage-mainContent"><h1 class="ArticlePage-headline">{t.title}</h1><div class="ArticlePage-articleBody"><div class="RichTextArticleBody"><div class="RichTextArticleBody-body">{t.inner()}</div></div></div><div class="ArticlePage-tags"><a href=/1>Wall</a></div></div><div class="col-4">{t.teasers(5, name="PromoSmall")}</div></div>{t.foot()}')


def press(t):
    return (t.head() + f'<body><div class="nav-wrap">{t.navigation("div", "primary")}</div><div class="layout-content"><div class="press-release"><h1>{t.title}</h1><div class="press-release-date">{t.day}</div>{t.inner()}</div><div class="press-contact"><h3>Contact</h3><p>Press office, 1 Quay Street</p><p><a href="mailto:press@example.org">press@example.org</a></p></div><div class="downloads">{t.links(3)}</div></div>{t.foot()}')


def short(t):
    return (t.head(linked=t.linked()) + f'<body>{t.cookies()}{t.navigation()}<main><article class="c-article"><h1>{t.title}</h1><div class="c-article__meta">{t.author} – {t.day}</div>{t.sharing("c-share")}<div class="c-article__content">{t.inner(link=False)}</div></article><section class="c-latest"><h2>{t.related}</h2>{t.teasers(9, item="article", name="c-teaser")}</section><section class="c-newsletter"><h2>{t.letter}</h2><p>{t.sentence()} {t.sentence()}</p></section></main>{t.foot()}')


def glossy(t):
    t.blocks.insert(0, ("p", t.sentence()))
    lead = f'<p class="standfirst">{html.escape(t.blocks[0][1])}</p>'
    rest = t.inner().split("\n", 1)[1]
    return (t.head(linked=t.linked()) + f'<body>{t.navigation()}<article class="story"><header class="story__header"><h1>{t.title}</h1>{lead}<div class="story__byline">{t.by} {t.author}</div></header><div class="story__content"><div class="paragraphs">{rest}</div><div class="story__newsletter"><p>{t.letter}: {t.sentence()}</p></div></div><footer class="story__footer">{t.bio("contributor")}</footer></article><div class="recirc"><h2>{t.related}</h2>{t.teasers(4)}</div>{t.foot()}')


# ---- after large sites as they are in the 2020s: hashed classes, a wrapper for each paragraph, boxes between them


def wrapped(t, wrap, between=()):
    """Each block in `wrap` (with %s); the boxes of `between` spread over it."""
    pieces = [wrap % piece for piece in t.inner().split("\n")]
    for i, box in enumerate(between):
        pieces.insert(min(len(pieces) - 1, 2 + 2 * i), box)
    return "".join(pieces)


def broadcaster(t):
    block = lambda what, inner: f'<div data-component="{what}-block" class="ssrcss-11r1m41-RichTextComponentWrapper ep2nwvo0"><div class="ssrcss-7uxr49-RichTextContainer e5tfeyi1">{inner}</div></div>'
    between = [f'<div data-component="image-block"><figure><div class="ssrcss-x"><img src="/i.jpg" alt="A wall"><span class="ssrcss-c-Credit">Image source, Getty Images</span></div><figcaption><span class="visually-hidden">Image caption, </span>{t.sentence()}</figcaption></figure></div>',
               f'<div data-component="links-block" class="ssrcss-l"><div><h2>More on this story</h2><ul><li><a href="/news/1">{t.sentence(60)}</a></li><li><a href="/news/2">{t.sentence(60)}</a></li></ul></div></div>',
               block("text", f'<p><b><a href="/news/live">{t.sentence(50)}</a></b></p>')]
    return (t.head(linked=t.linked()) + f'<body><header role="banner"><div class="ssrcss-g">{t.navigation()}</div></header><main id="main-content"><article class="ssrcss-pv1rh6-ArticleWrapper"><header data-component="headline-block"><h1 id="main-heading">{t.title}</h1></header><div data-component="byline-block"><div class="ssrcss-b-MetadataStripContainer"><span>Published</span><time datetime="2026-03-14T09:30:00.000Z">5 hours ago</time></div><div class="ssrcss-b-TextContributorName">By {t.author}</div><div>Town reporter</div></div>'
            f'{wrapped(t, block("text", "%s"), between)}<section data-component="topic-list"><h2>Related Topics</h2><ul><li><a href="/t/1">Harbours</a></li></ul></section><section data-component="links-block"><h2>Related internet links</h2>{t.links(2)}</section></article><section class="ssrcss-top"><h2>Top stories</h2>{t.teasers(4, summary=False, name="ssrcss-p", item="li")}</section></main>{t.foot()}')


def paper(t):
    box = f'<figure class="dcr-10khgmf"><aside aria-label="newsletter promotion"><h4>{t.letter}</h4><p>{t.sentence()}</p><div>Privacy Notice: Newsletters may contain information about charities and content funded by outside parties.</div></aside></figure><p id="sign-in-gate" class="dcr-h">after newsletter promotion</p>'
    rich = f'<gu-island name="RichLinkComponent"><aside><a href="/r"><div class="dcr-x">{t.sentence(50)}</div><div>Read more</div></a></aside></gu-island>'
    return (t.head(linked=t.linked()) + f'<body><div id="bannerandheader">{t.navigation("div", "dcr-nav")}</div><main><article class="dcr-1iv6m1s"><div data-gu-name="title"><a href="/s">World news</a></div><div data-gu-name="headline"><h1>{t.title}</h1></div><div data-gu-name="media"><figure><img src="x.jpg"><figcaption>{t.sentence()}</figcaption></figure></div><aside data-gu-name="meta"><address aria-label="Contributor info"><a rel="author" href="/p">{t.author}</a></address><details class="dcr-d"><summary>Sat 14 Mar 2026 09.30 CET</summary>Last modified on Sat 14 Mar 2026 10.30 CET</details></aside>'
            f'<div data-gu-name="body"><div id="maincontent" class="dcr-k"><div class="article-body-commercial-selector article-body-viewer-selector dcr-f">{t.inner(classes=" class=dcr-16w5gq9", between=rich + box)}</div></div><div class="dcr-s"><div>Explore more on these topics</div><div><ul><li><a href="/t/1">Harbours</a></li><li><a href="/t/2">features</a></li></ul></div></div></div></article><section><h2>Most viewed</h2>{t.links(9)}</section></main>{t.foot()}')


def times_of(t):
    pieces = t.inner(classes=' class="css-at9mc1 evys1bk0"').split("\n")
    half = len(pieces) // 2
    column = lambda part: f'<div class="css-s99gbd StoryBodyCompanionColumn" data-testid="companionColumn-0"><div class="css-53u6y8">{"".join(part)}</div><aside class="css-ew4tgv" aria-label="companion column"></aside></div>'
    ad = '<div><div id="story-ad-1-wrapper" class="css-k8fyd2"><div class="css-y"><p>Advertisement</p><a href="#after-story-ad-1" class="css-777zgl">SKIP ADVERTISEMENT</a></div></div></div>'
    return (t.head(linked=t.linked()) + f'<body><div id="app"><div data-testid="masthead-container">{t.navigation()}</div><main id="site-content"><article id="story" class="css-1vxca1d"><div id="top-wrapper"><p>Advertisement</p></div><header class="css-g0">{t.cookie if False else ""}<h1 data-testid="headline">{t.title}</h1><div class="css-by"><p class="css-4a">By <span itemprop="name">{t.author}</span></p><time datetime="2026-03-14T05:00:24-04:00">March 14, 2026</time></div></header>'
            f'<section name="articleBody" class="meteredContent css-1r7ky0e">{column(pieces[:half])}{ad}{column(pieces[half:])}</section><div class="bottom-of-article"><div class="css-1e2jphy"><div class="css-19hdyf3"><p>{t.author} covers walls, harbours and the people who mend them. <span><a href="/by/x">More about {t.author}</a></span></p></div></div><div id="standalone-footer"><p>A version of this article appears in print on March 15, 2026, Section A, Page 4 of the edition with the headline: {t.title}. <a href="/r">Order Reprints</a> | <a href="/t">Today’s Paper</a> | <a href="/s">Subscribe</a></p></div></div></article></main></div>{t.foot()}')


def agency(t):
    paragraphs = "".join(f'<div data-testid="paragraph-{i}" class="text__text__1FZLe text__dark-grey__3Ml43 text__regular__2N1Xr text__body__yKS5U">{html.escape(w)} '
                         f'<a data-testid="Link" href="/c/{i}">company, opens new tab</a></div>' for i, (k, w) in enumerate(t.blocks) if k == "p")
    t.blocks = [(k, w + " company, opens new tab") for k, w in t.blocks if k == "p"]
    return (t.head(linked=t.linked()) + f'<body><div id="fusion-app">{t.navigation("div", "site-header__wrap")}<div class="article__container__2MUeZ"><div class="article__header"><h1 data-testid="Heading">{t.title}</h1><div class="article-header__author">By <a href="/a">{t.author}</a></div><time><span>March 14, 2026</span><span>9:30 AM GMT</span><span>Updated ago</span></time></div><div class="article-body__content__17Yit">{paragraphs}<div class="article-body__element"><div data-testid="promo-box"><p>{t.letter}. <a href="/s">Sign up here.</a></p></div></div></div>'
            f'<div class="sign-off__1"><p>Reporting by {t.author}; Editing by {t.author}</p><p>Our Standards: <a href="/t">The Trust Principles</a></p></div><div data-testid="AuthorBio"><h4>{t.author}</h4><p>{t.sentence()} {t.sentence()}</p></div></div><div class="read-next__r"><h2>Read Next</h2>{t.teasers(5, name="story-card")}</div></div>{t.foot()}')


def verge(t):
    chunk = '<div class="duet--article--article-body-component">%s</div>'
    return (t.head(linked=t.linked()) + f'<body><div id="content">{t.navigation()}<article id="zephr-anchor"><div class="duet--article--lede"><h1>{t.title}</h1><div class="duet--article--dangerously-set-cms-markup"><p class="duet--dek">{t.sentence(30)}</p></div><div class="duet--article--article-byline">by <a href="/x">{t.author}</a> <time>Mar 14, 2026</time></div></div><div class="duet--layout--entry-body"><div class="duet--layout--entry-body-container">{wrapped(t, chunk, [chunk % f"<div class=duet--article--newsletter><h3>{t.letter}</h3><p>{t.sentence()}</p></div>"])}</div><div class="duet--article--comments-link"><a href="#c">8 Comments</a></div></div></article><div class="duet--recirculation--related-list"><h2>More in Harbours</h2>{t.links(6)}</div></div>{t.foot()}')


def magazine_de(t):
    chunk = '<div class="RichText RichText--iconLinks lg:mt-32 lg:w-8/12 font-serifUI font-normal">%s</div>'
    box = f'<section class="relative" data-area="related_articles"><h3>{t.related}</h3><ul><li><article><a href="/a">{t.sentence(60)}</a></article></li></ul></section>'
    return (t.head(linked=t.linked()) + f'<body>{t.cookies()}<header>{t.navigation()}</header><main id="Inhalt"><article><header data-area="intro"><h2><span>Hafen</span><span>{t.title}</span></h2><div class="RichText leading-loose font-bold">{t.sentence()[:20]}</div><div>{t.by} <a href="/i">{t.author}</a></div><time datetime="2026-03-14 09:30:00">14.03.2026, 09.30 Uhr</time></header><section data-area="body" class="relative">{wrapped(t, chunk, [box])}</section><div data-area="tags">{t.links(3)}</div></article><section data-area="teaser"><h2>{t.related}</h2>{t.teasers(4, item="article", name="x-y")}</section></main>{t.foot()}')


def divi(t):
    return (t.head() + f'<body class="post-template-default et_pb_pagebuilder_layout"><div id="page-container"><header id="main-header">{t.navigation("nav", "et-menu")}</header><div id="et-main-area"><div id="main-content"><article class="post type-post has-post-thumbnail category-news"><div class="entry-content"><div class="et-l"><div class="et_builder_inner_content"><div class="et_pb_section"><div class="et_pb_row"><div class="et_pb_column"><div class="et_pb_module et_pb_post_title"><div class="et_pb_title_container"><h1 class="entry-title">{t.title}</h1><p class="et_pb_title_meta_container">{t.by} {t.author} | {t.day} | 0 {t.comments}</p></div></div>'
            f'<div class="et_pb_module et_pb_text"><div class="et_pb_text_inner">{t.inner()}</div></div></div></div><div class="et_pb_row"><div class="et_pb_column"><div class="et_pb_module et_pb_text"><div class="et_pb_text_inner"><h3>{t.related}</h3></div></div><div class="et_pb_module et_pb_blog_0">{t.teasers(3, item="article", name="et_pb_post clearfix post", heading="h2")}</div></div></div></div></div></div></div></article></div></div></div>{t.foot()}')


def builder(t):
    rec = lambda inner: f'<div id="rec{t.r.randint(10**6, 10**7)}" class="r t-rec t-rec_pt_30" data-record-type="106"><div class="t004"><div class="t-container"><div class="t-col t-col_8 t-prefix_2"><div field="text" class="t-text t-text_md">{inner}</div></div></div></div></div>'
    body = "".join(rec(piece.replace("<p>", "").replace("</p>", "")) for piece in t.inner().split("\n"))
    return (t.head() + f'<body class="t-body"><div id="allrecords" class="t-records"><div class="t-rec"><div class="t228">{t.links(5)}</div></div><div class="t-rec"><div class="t-cover"><h1 class="t-title">{t.title}</h1></div></div>{body}<div class="t-rec"><div class="t-feed">{t.teasers(3, name="t-feed__post")}</div></div></div></body></html>')


def messenger(t):
    return (f'<!DOCTYPE html><html><head><meta charset="utf-8"><title></title><meta property="og:title" content="{t.title}"></head><body id="activity-detail"><div id="js_article" class="rich_media"><div class="rich_media_inner"><div id="page-content"><div id="img-content"><h1 class="rich_media_title" id="activity-name">{t.title}</h1><div id="meta_content" class="rich_media_meta_list"><span class="rich_media_meta">{t.author}</span><em id="publish_time">2026年03月14日 09:30</em></div><div class="rich_media_content" id="js_content" style="visibility: hidden; opacity: 0;"><section style="x">{t.inner(p="section")}</section></div></div></div></div></div><div class="rich_media_tool">阅读 喜欢</div></body></html>')


def encyclopedia(t):
    t.blocks = [b for b in t.blocks if b[0] != "fig"]
    info = "<table class='infobox vcard'>" + "".join(f"<tr><th>Built {i}</th><td>19{i}2, of stone</td></tr>" for i in range(9)) + "</table>"
    refs = '<h2>References<span class="mw-editsection">[<a>edit</a>]</span></h2><div class="reflist"><ol class="references">' + "".join(f'<li id="cite_note-{i}">^ Field, A. ({1990 + i}). "{t.sentence(40)}". <i>Walls Quarterly</i>. Retrieved 14 March 2026.</li>' for i in range(12)) + "</ol></div>"
    return (t.head(kind="website") + f'<body class="skin-vector mw-page"><div class="mw-page-container"><header>{t.navigation()}</header><main id="content" class="mw-body"><header class="mw-body-header"><h1 id="firstHeading">{t.title}</h1></header><div id="bodyContent"><div id="siteSub" class="noprint">From the example encyclopedia</div><div id="mw-content-text" class="mw-body-content"><div class="mw-content-ltr mw-parser-output"><div class="shortdescription nomobile noexcerpt noprint searchaux" style="display:none">Wall in the sea</div>{info}{t.inner(classes="")}{refs}</div><div class="printfooter">Retrieved from</div></div><div id="catlinks" class="catlinks">{t.links(4)}</div></div></main></div>{t.foot()}')


def habr(t):
    return (t.head(linked=t.linked()) + f'<body><div id="app"><div class="tm-layout">{t.navigation("div", "tm-main-menu")}<main class="tm-page"><div class="tm-article-presenter"><article class="tm-article-presenter__content"><div class="tm-article-snippet"><div class="tm-article-snippet__meta-container"><a class="tm-user-info__username" href="/u">{t.author}</a> <time datetime="2026-03-14T07:30:00.000Z">14 мар в 10:30</time></div><h1 class="tm-title">{t.title}</h1><div class="tm-article-snippet__stats">Уровень сложности Простой Время на прочтение 7 мин Количество просмотров 12K</div><div class="tm-article-snippet__hubs-container"><a href="/h">Стены</a></div></div><div id="post-content-body"><div class="article-formatted-body article-formatted-body_version-2"><div xmlns="http://www.w3.org/1999/xhtml">{t.inner()}</div></div></div><div class="tm-article-presenter__meta"><div class="tm-separated-list">Теги: <a href="/1">стены</a></div></div></article><div class="tm-article-author"><div class="tm-user-card">{t.sentence()}</div></div><div class="tm-article-comments">{t.remarks(5, "tm-comment-thread", "tm-comment__body-content")}</div></div></main><div class="tm-page__sidebar">{t.teasers(5)}</div></div></div>{t.foot()}')


def squarespace(t):
    pieces = t.inner().split("\n")
    half = len(pieces) // 2
    block = lambda part: f'<div class="sqs-block html-block sqs-block-html"><div class="sqs-block-content"><div class="sqs-html-content">{"".join(part)}</div></div></div>'
    picture = f'<div class="sqs-block image-block"><div class="sqs-block-content"><figure><img src="x.jpg"><figcaption class="image-caption-wrapper"><p>{t.sentence()}</p></figcaption></figure></div></div>'
    return (t.head() + f'<body id="collection-5f" class="view-item"><div id="siteWrapper"><header id="header">{t.navigation()}</header><main id="page"><article class="sections"><section class="page-section"><div class="content-wrapper"><div class="blog-item-wrapper"><article class="hentry post-type-text author-x"><div class="blog-item-top-wrapper"><div class="blog-item-title"><h1 class="entry-title">{t.title}</h1></div><div class="blog-item-meta-wrapper"><time class="dt-published">Mar 14</time> Written by <a href="/a">{t.author}</a></div></div><div class="blog-item-content-wrapper"><div class="blog-item-content e-content"><div class="sqs-layout"><div class="row sqs-row"><div class="col sqs-col-12 span-12">{block(pieces[:half])}{picture}{block(pieces[half:])}</div></div></div></div></div><section class="blog-item-author-profile-wrapper"><div class="author-profile"><p>{t.sentence()}</p></div></section></article></div></div></section></article><section class="item-pagination">{t.links(2)}</section></main></div>{t.foot()}')


def university(t):
    return (t.head() + f'<body><div class="region-nav">{t.navigation("div", "uni-nav")}</div><div class="container"><div class="row"><div class="col-md-3">{t.links(10)}<div><h3>Contact</h3><p>Press office<br>1 Quay Street<br>Exampletown<br>Telephone 01234 567890</p></div></div><div class="col-md-9"><p class="small">{t.day} &nbsp;|&nbsp; Research</p><h1>{t.title}</h1><p class="ingress"><b>{t.sentence()[:25]}</b></p><div class="row"><div class="col-md-12">{t.inner()}</div></div><h3>Further information</h3><ul><li><a href="/1">{t.sentence(30)}</a></li><li><a href="mailto:x@example.org">x@example.org</a></li></ul></div></div></div>{t.foot()}')


def thread(t):
    """A forum without class names that tell."""
    def row(i, inner):
        return (f'<table class="tborder" id="tbl{i}"><tr><td class="thead">{t.day}, 10:4{i} <a href="#{i}">#{i}</a></td></tr><tr><td class="alt2"><a class="bigusername" href="/m{i}">{t.author}</a><div class="smallfont">Senior Member</div><div class="smallfont">Join Date: Mar 2012<br>Posts: 1,204</div></td></tr><tr><td class="alt1" id="td_post_{i}"><div class="smallfont"><strong>Re: {t.title}</strong></div><hr><div id="post_message_{i}">{inner}</div></td></tr></table>')
    t.blocks = [b for b in t.blocks if b[0] == "p"]
    first = "<br />\n<br />\n".join(html.escape(w) for k, w in t.blocks)
    return (t.head(kind="website") + f'<body><div align="center"><div class="page">{t.navigation("div", "navbar2")}<div id="posts">{row(0, first)}{"".join(row(i, html.escape(t.paragraph(1, 3))) for i in range(1, 7))}</div></div></div>{t.foot()}')


# ---- where class names tell nothing, and texts of other shapes than paragraphs


def hashed(t):
    return "css-" + "".join(t.r.choice("bcdfghjkmnpqrstvwxyz0123456789") for _ in range(6))


def nameless(t, body, after="", before=""):
    h = [hashed(t) for _ in range(12)]
    menu = "".join(f'<div class="{h[0]}"><a href="/{i}">{w}</a></div>' for i, w in enumerate(t.nav.split("|") * 2))
    return (t.head() + f'<body><div class="{h[1]}"><div class="{h[2]}">{menu}</div>{before}<div class="{h[3]}"><div class="{h[4]}"><div class="{h[5]}"><h1 class="{h[6]}">{t.title}</h1><div class="{h[7]}">{t.by} {t.author} · {t.day}</div></div><div class="{h[8]}">{body}</div>{after}</div></div>'
            f'<div class="{h[9]}"><div>{t.rights}</div><div><a href="/imprint">Imprint</a> <a href="/privacy">Privacy</a></div></div></div></body></html>')


def nameless_news(t):
    h = hashed(t)
    box = f'<div class="{h}"><div><a href="/s/1"><span>{t.also}</span> <span>{t.sentence(60)}</span></a></div></div>'
    video = f'<div class="{h}v"><div><img src="v.jpg"></div><div>01:32</div><div>Video: {t.sentence(30)}</div></div>'
    return nameless(t, t.inner(between=box + "<div>Advertisement</div>" + video) + "<p><em>Follow us on <a href='https://x'>Twitter</a> and <a href='https://y'>Facebook</a>.</em></p>",
                    after=f'<div class="{h}r"><h3>{t.related}</h3>' + "".join(f'<div class="{h}c"><a href="/n/{i}">{t.sentence()}</a><div>{t.paragraph(2, 3)}</div></div>' for i in range(3)) + "</div>")


def nameless_comments(t):
    h = hashed(t)
    remarks = "".join(f'<div class="{h}"><div class="{h}a"><span>{t.author} {i}</span><span>{i + 1} h</span></div><div class="{h}b">{t.paragraph(1, 3)}</div><div><button>Like</button><button>Reply</button></div></div>' for i in range(8))
    return nameless(t, t.inner(), after=f'<div class="{h}s"><h2>{t.comments} (8)</h2>{remarks}</div>')


def nameless_cookie(t):
    return nameless(t, t.inner(), after="", before="").replace("</body>", f'<div class="{hashed(t)}"><div><h2>Cookies</h2><p>{t.cookie} {t.cookie}</p><p>{t.cookie}</p><button>OK</button></div></div></body>')


def sections(t):
    parts = "".join(f'<section id="s{i}">{piece}</section>' for i, piece in enumerate(t.inner().split("\n")))
    return nameless(t, parts)


def recipe(t):
    foods = ["200 g flour", "3 eggs", "1 l milk", "a pinch of salt", "50 g butter", "2 lemons"]
    t.blocks = [("p", t.paragraph(2, 4)), ("p", t.paragraph(2, 3)), ("h2", "Ingredients"), ("ul", foods), ("h2", "Method"), ("ol", [t.sentence() for _ in range(5)]), ("p", t.paragraph(1, 2))]
    return (t.head(linked={"@context": "https://schema.org", "@type": "Recipe", "name": t.title}) + f'<body>{t.navigation()}<div class="site-inner"><main class="content"><article class="post type-post entry"><header class="entry-header"><h1 class="entry-title">{t.title}</h1><p class="entry-meta">{t.day} by {t.author} <a href="#comments">12 Comments</a></p></header><div class="entry-content"><div class="recipe-buttons"><a href="#recipe">Jump to Recipe</a> <a href="/print">Print Recipe</a></div>{t.inner(link=False)}</div></article><div id="comments" class="entry-comments"><h3>Comments</h3><ol>{t.remarks(4)}</ol></div></main><aside class="sidebar"><p>{t.sentence()} {t.sentence()}</p></aside></div>{t.foot()}')


def interview(t):
    t.blocks = [("p", t.paragraph(2, 3))] + [("p", x) for _ in range(7) for x in (t.sentence(35) + "?", t.paragraph(1, 3))] + [("p", "No."), ("p", t.sentence())]
    body = "".join(f"<p><strong>{html.escape(w)}</strong></p>" if w.endswith("?") else f"<p>{html.escape(w)}</p>" for k, w in t.blocks)
    return (t.head(linked=t.linked()) + f'<body>{t.navigation()}<div class="site"><div class="interview-page"><h1>{t.title}</h1><div class="text">{body}</div></div><div class="sharing">{t.sharing()}</div></div>{t.foot()}')


def verses(t):
    lines = [t.sentence(32) for _ in range(14)]
    t.blocks = [("p", " ".join(lines[i:i + 4])) for i in range(0, 14, 4)] + [("p", t.paragraph(2, 3))]
    body = "".join("<p>" + "<br>\n".join(lines[i:i + 4]) + "</p>" for i in range(0, 14, 4)) + f"<p>{t.blocks[-1][1]}</p>"
    return (t.head() + f'<body><div id="header">{t.navigation("div", "m")}</div><div id="content"><div class="post"><h2 class="title"><a href="/p/1">{t.title}</a></h2><p class="meta">{t.day} · {t.author}</p><div class="entry">{body}</div></div></div><div id="sidebar">{t.links(8)}</div>{t.foot()}')


def tutorial(t):
    code = "for stone in wall:\n    stone.place()\n    stone.check()"
    t.blocks.insert(1, ("pre", code))
    t.blocks.insert(4, ("pre", "wall.finish()\nwall.paint(blue)"))
    table = ('<div class="language-python highlighter-rouge"><div class="highlight"><table class="rouge-table"><tbody><tr><td class="gutter gl"><pre class="lineno"></pre></td><td class="code"><pre>')
    body = t.inner().replace('<div class="highlight"><pre><code>', table).replace("</code></pre></div>", "</pre></td></tr></tbody></table><button>Copy</button></div></div>")
    return (t.head() + f'<body><nav id="sidebar">{t.links(6)}</nav><div id="main"><div class="row"><main class="col-12"><article class="px-1"><header><h1>{t.title}</h1><div class="post-meta text-muted"><span>Posted <time>Mar 14, 2026</time></span><span>By <em><a href="/">{t.author}</a></em></span><span class="readtime">7 min read</span></div></header><div id="toc-bar"><span>Contents</span></div><div class="content">{body}</div><div class="post-tail-wrapper text-muted"><div class="post-tags"><a href="/t">walls</a></div><div class="license">This post is licensed under <a href="/cc">CC BY 4.0</a> by the author.</div><div class="share-wrapper">Share</div></div></article></main><aside id="panel-wrapper"><section><h2>Recently Updated</h2>{t.links(5)}</section></aside></div><div class="row"><div id="tail-wrapper"><aside id="related-posts"><h3>Further Reading</h3>{t.teasers(3, item="article", name="col")}</aside></div></div></div>{t.foot()}')


def split_entry(t):
    pieces = t.inner().split("\n")
    return (t.head() + f'<body class="mt-entry-archive"><div id="container"><div id="header">{t.navigation("div", "x")}</div><div id="alpha"><div id="entry-9" class="entry-asset asset hentry"><div class="asset-header"><h1 id="page-title" class="asset-name entry-title">{t.title}</h1><div class="asset-meta"><span class="byline">By <span class="vcard author">{t.author}</span> on <abbr class="published" title="2026-03-14T09:30:00+02:00">{t.day}</abbr></span> | <a href="#comments">Comments (3)</a></div></div><div class="asset-content entry-content"><div class="asset-body entry-body">{"".join(pieces[:3])}</div><div id="more" class="asset-more entry-more">{"".join(pieces[3:])}</div></div></div><div id="comments" class="comments"><div class="comments-content">{t.remarks(3)}</div></div></div><div id="beta">{t.links(9)}</div></div>{t.foot()}')


def review(t):
    t.blocks.insert(3, ("table", [["Weight", "1.2 kg"], ["Battery", "12 hours"], ["Price", "499 euros"]]))
    t.blocks += [("h2", "Pros"), ("ul", ["Light and quiet", "Long battery life"]), ("h2", "Verdict"), ("p", t.paragraph(2, 3))]
    return (t.head(linked={"@type": "Review", "name": t.title}) + f'<body><header>{t.navigation()}</header><div class="page-wrap"><div class="review-header"><h1>{t.title}</h1><div class="author-line">{t.by} <a href="/a">{t.author}</a></div><div class="score">8.5</div></div><div id="article-body" class="text-copy bodyCopy auto">{t.inner()}<a href="/deal" class="deal-button">View deal</a></div><div class="newsletter-inbodyContent"><p>{t.letter}</p></div><div class="slice-container slice-container-authorBio"><div class="author__bio"><p>{t.author} {t.sentence()}</p></div></div></div><aside class="popular-box">{t.links(6)}</aside>{t.foot()}')


def questions_answered(t):
    questions_ = [(t.sentence(40) + "?", t.paragraph(1, 3)) for _ in range(5)]
    t.blocks = [("p", t.paragraph(2, 3))] + [("p", x) for pair in questions_ for x in pair]
    body = f"<p>{t.blocks[0][1]}</p>" + "".join(f"<details><summary>{q}</summary><p>{a}</p></details>" for q, a in questions_)
    return (t.head() + f'<body>{t.navigation()}<main class="page"><h1>{t.title}</h1>{body}</main>{t.foot()}')


# ---- pages without an article


def front_page(t):
    return (t.head(kind="website") + f'<body>{t.cookies()}{t.navigation()}<main><div class="hero">{t.teasers(1, item="article", name="lead")}</div><div class="grid">{t.teasers(14, item="article", name="card")}</div></main><aside>{t.links(9)}</aside>{t.foot()}')


def front_blog(t):
    posts = "".join(f'<article class="post hentry"><header><h2 class="entry-title"><a href="/p/{i}">{t.sentence(50)}</a></h2><time>{t.day}</time></header><div class="entry-content"><p>{t.paragraph(3, 5)}</p><p>{t.paragraph(2, 4)}</p><p><a class="more-link" href="/p/{i}">Continue reading</a></p></div></article>' for i in range(8))
    return t.head(kind="website") + f'<body class="home blog"><header>{t.navigation()}</header><main id="main">{posts}</main><aside>{t.links(9)}</aside>{t.foot()}'


def log_in(t):
    return t.head(kind="website") + f'<body>{t.cookies()}{t.navigation()}<main><h1>Log in</h1><form method="post"><label>User name <input name="u"></label><label>Password <input type="password"></label><p><a href="/lost">Forgot your password?</a></p><button>Log in</button></form><p>No account yet? <a href="/join">Sign up</a></p></main>{t.foot()}'


def empty(t):
    return "<!doctype html><html><head><title></title></head><body></body></html>"


NO_ARTICLE = [(front_page, "en de zh"), (front_blog, "en ru"), (log_in, "en fr"), (empty, "en")]

# engine, languages, paragraphs
PAGES = [(wordpress_classic, "en de ru", 6), (wordpress_block, "en fr ar", 6), (ghost, "en el", 7), (medium, "en es", 8), (substack, "en de", 7),
         (blogger, "en es", 5), (drupal, "en fr", 5), (joomla, "es tr", 5), (typo3, "de el", 5), (news_paywall, "en de", 5), (news_related, "en el tr", 6),
         (news_inline, "ru tr el ru2", 6), (mediawiki, "en de", 8), (phpbb, "en ru", 3), (discourse, "en fr", 4), (jekyll, "en ja", 6), (mkdocs, "en zh", 6),
         (table90, "en ja", 6), (font90, "en de", 6), (amp, "en ar", 5), (nextjs, "en fr", 6), (chunks, "en es", 7), (questions, "en de", 3),
         (aspnet, "tr ar", 5), (shop, "en fr", 5), (elementor, "es de", 6), (bare, "en ja", 5), (portal, "zh", 6), (comments_heavy, "en ru", 4),
         (client_side, "en", 6), (wall, "en fr", 6), (press, "de en", 4), (short, "en ar", 1), (glossy, "en es", 6),
         (broadcaster, "en", 7), (paper, "en", 8), (times_of, "en", 8), (agency, "en", 7), (verge, "en", 6), (magazine_de, "de", 6),
         (divi, "fr", 5), (builder, "ru", 6), (messenger, "zh", 6), (encyclopedia, "en", 8), (habr, "ru", 7), (squarespace, "en", 6),
         (university, "en de", 5), (thread, "en el", 3), (nameless_news, "en tr zh", 6), (nameless_comments, "en ru", 5), (nameless_cookie, "en el", 4),
         (sections, "en", 7), (recipe, "en", 5), (interview, "en fr", 5), (verses, "en", 4), (tutorial, "en de", 5), (split_entry, "en", 7), (review, "en", 5),
         (questions_answered, "en es", 4)]


def main():
    PLACE.mkdir(parents=True, exist_ok=True)
    for engine, languages in NO_ARTICLE:
        for language in languages.split():
            name = f"none_{engine.__name__}_{language}"
            (PLACE / f"{name}.html").write_text(engine(Text(name, language)), encoding="utf-8")
    for engine, languages, paragraphs in PAGES:
        for language in languages.split():
            name = f"{engine.__name__}_{language}".replace("news_inline_ru2", "news_ru2")
            text = Text(name, language.rstrip("2")).write(paragraphs, extras=paragraphs > 1)
            page = engine(text)
            encoding = ENCODINGS.get(name, "utf-8")
            page = page.replace("CHARSET", encoding)
            if encoding != "utf-8":
                page = page.replace('<meta charset="utf-8">', f'<meta charset="{encoding}">')
            (PLACE / f"{name}.html").write_bytes(page.encode(encoding, "xmlcharrefreplace"))
            (PLACE / f"{name}.txt").write_text(text.expected(), encoding="utf-8")


if __name__ == "__main__":
    main()
