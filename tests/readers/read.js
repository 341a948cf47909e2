// Usage: node read.js ca|extra FOLDER PORT_A PORT_B PORT_C < names
// What Node's `ca:` option, or NODE_EXTRA_CA_CERTS as this process has it, makes of FOLDER/NAME.pem; the output is
// that of read.py.
const fs = require("node:fs");
const tls = require("node:tls");

const [way, folder, ...ports] = process.argv.slice(2);
const connects = (port, options) =>
  new Promise((resolve) => {
    const socket = tls.connect({ host: "127.0.0.1", port, servername: "localhost", ...options }, () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", () => resolve(false));
  });

(async () => {
  for (const name of fs.readFileSync(0, "utf8").split(/\s+/).filter(Boolean)) {
    const options = way === "ca" ? { ca: fs.readFileSync(`${folder}/${name}.pem`) } : {};
    let error = 0;
    let trusted = "";
    try {
      const context = { secureContext: tls.createSecureContext(options) };
      for (const [place, port] of ports.entries()) {
        if (await connects(port, context)) trusted += "ABC"[place];
      }
    } catch {
      error = 1;
    }
    console.log(name, trusted || "-", way === "ca" ? error : "?", "?");
  }
})();
