// A peer for send.py: nodemailer's pool, the message made by mustache.js for each reader.
//   node nodemailer.mjs FOLDER PORT MESSAGES CONNECTIONS TEMPLATE [KEY]   FOLDER/node_modules has nodemailer and mustache; KEY signs
import { createRequire } from "node:module";
import fs from "node:fs";

const [folder, port, messages, connections, file, key] = process.argv.slice(2);
const require = createRequire(folder + "/");
const nodemailer = require("nodemailer");
const mustache = require("mustache");
const template = JSON.parse(fs.readFileSync(file, "utf8"));
const dkim = key && { domainName: "bench.example", keySelector: "news1", privateKey: fs.readFileSync(key, "utf8") };
const transport = nodemailer.createTransport({
  host: "127.0.0.1", port: Number(port), pool: true, maxConnections: Number(connections), maxMessages: Infinity, secure: false,
  ignoreTLS: true, dkim,
});
let next = 0;
async function worker() {
  while (next < Number(messages)) {
    const n = next++;
    const reader = { name: `Reader ${n}`, link: `https://news.example/u/${n}` };
    await transport.sendMail({
      from: "Harbour News <news@bench.example>", to: { name: reader.name, address: `reader${n}@example.org` },
      subject: template.subject, text: mustache.render(template.text, reader), html: mustache.render(template.html, reader),
      list: { unsubscribe: reader.link },
    });
  }
}
await Promise.all(Array.from({ length: Number(connections) * 2 }, worker));
transport.close();
