"""A peer for send.py: Python's smtplib on one connection, an EmailMessage for each reader.

    smtplib_send.py PORT MESSAGES TEMPLATE
"""
import email.message
import json
import smtplib
import sys

port, messages, file = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
template = json.load(open(file, encoding="utf-8"))
with smtplib.SMTP("127.0.0.1", port) as relay:
    for n in range(messages):
        reader = {"{{name}}": "Reader %d" % n, "{{link}}": "https://news.example/u/%d" % n}
        text, html = template["text"], template["html"]
        for key, value in reader.items():
            text, html = text.replace(key, value), html.replace(key, value)
        message = email.message.EmailMessage()
        message["From"] = "Harbour News <news@bench.example>"
        message["To"] = "%s <reader%d@example.org>" % (reader["{{name}}"], n)
        message["Subject"] = template["subject"]
        message["List-Unsubscribe"] = "<%s>" % reader["{{link}}"]
        message.set_content(text)
        message.add_alternative(html, subtype="html")
        relay.send_message(message)
