"""A web site on this host, whose pages a test writes down."""
import http.server
import threading


class WebSite:
    """`pages`: by path, a text, a status, or (status, {header: value}, text). `asked`: the paths of all requests, in order; `headers`:
    the header fields of each. As a proxy it answers for every host."""

    def __init__(self):
        self.pages, self.asked, self.headers = {}, [], []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                outer.asked.append(self.path)
                outer.headers.append(dict(self.headers))
                page = outer.pages.get(self.path, 404)
                status, fields, text = page if isinstance(page, tuple) else (page, {}, "") if isinstance(page, int) else (200, {}, page)
                body = text.encode("utf-8")
                self.send_response(status)
                for name, value in {"Content-Type": "text/html; charset=utf-8", "Content-Length": str(len(body)), **fields}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *unused):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        self.url = "http://127.0.0.1:%d" % self.port
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()
