// One browser on a display of its own, driven over WebDriver.
import { spawn } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import process from "node:process";
import { setTimeout as pause } from "node:timers/promises";

/** Larger than every window, so that the pointer rests beside it and nothing looks pointed at. */
const SCREEN = "4400x3000x24";

/** What was started and is still to be ended. */
const running = new Set();

/** Each in a group of its own, so that what it starts ends with it. */
function start(program, args, env, stdio = "ignore") {
  const child = spawn(program, args, { env, stdio, detached: true });
  running.add(child);
  child.on("error", (error) => {
    running.delete(child);
    process.stderr.write(`${error.message}\n`);
  });
  child.on("exit", () => running.delete(child));
  return child;
}

export function endAll() {
  for (const child of [...running].reverse()) {
    try {
      process.kill(-child.pid, "SIGKILL");
    } catch {
      // It has ended by itself.
    }
  }
  running.clear();
}

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((listening) => server.once("listening", listening));
  const { port } = server.address();
  await new Promise((closed) => server.close(closed));
  return port;
}

/** A display with a window manager, which gives the browser's window the focus. */
async function openDisplay(env) {
  const server = start("Xvfb", ["-displayfd", "3", "-screen", "0", SCREEN, "-nolisten", "tcp"], env, [
    "ignore",
    "ignore",
    "ignore",
    "pipe",
  ]);
  const number = await new Promise((done, failed) => {
    server.stdio[3].once("data", (text) => done(String(text).trim()));
    server.once("exit", () => failed(new Error("Xvfb did not start")));
    server.once("error", failed);
  });
  const display = { ...env, DISPLAY: `:${number}` };
  start("openbox", [], display);
  return display;
}

/** Its home, its settings and its cache: nothing of the person's is read or written. */
function makeHome(folder, { dark, zoom, text }) {
  const home = mkdtempSync(join(folder, "home-"));
  const gtk = join(home, "config", "gtk-3.0");
  mkdirSync(gtk, { recursive: true });
  writeFileSync(
    join(gtk, "settings.ini"),
    "[Settings]\ngtk-enable-animations=0\ngtk-cursor-blink=0\ngtk-xft-antialias=1\n",
  );
  chmodSync(home, 0o700);
  return {
    PATH: process.env.PATH,
    HOME: home,
    XDG_CONFIG_HOME: join(home, "config"),
    XDG_DATA_HOME: join(home, "data"),
    XDG_CACHE_HOME: join(home, "cache"),
    XDG_STATE_HOME: join(home, "state"),
    XDG_RUNTIME_DIR: home,
    LANG: "C.UTF-8",
    TZ: "UTC",
    GDK_BACKEND: "x11",
    GDK_SCALE: String(zoom),
    GDK_DPI_SCALE: String(text),
    GTK_THEME: dark ? "Adwaita:dark" : "Adwaita",
    DBUS_SESSION_BUS_ADDRESS: "disabled:",
    NO_AT_BRIDGE: "1",
  };
}

/** Keys as WebDriver calls them (W3C WebDriver, 17.4.2). */
const KEYS = {
  ArrowUp: "\uE013",
  Tab: "\uE004",
  ArrowDown: "\uE015",
  Enter: "\uE007",
};

export class Browser {
  #session;

  constructor(session) {
    this.#session = session;
  }

  /** `binary` is WebKitGTK's MiniBrowser; `look` is `dark`, and how many times as large all is (`zoom`), and texts. */
  static async open(binary, folder, look) {
    const env = await openDisplay(makeHome(folder, look));
    const port = await freePort();
    const driver = start("WebKitWebDriver", [`--port=${port}`], env);
    const address = `http://127.0.0.1:${port}`;
    for (let tries = 0; ; tries += 1) {
      const up = await fetch(`${address}/status`).then(
        (answer) => answer.ok,
        () => false,
      );
      if (up) break;
      if (driver.exitCode !== null || tries === 200) throw new Error("WebKitWebDriver did not start");
      await pause(50);
    }
    const options = { binary, args: ["--automation"] };
    const capabilities = { alwaysMatch: { "webkitgtk:browserOptions": options } };
    const { sessionId } = await send(`${address}/session`, "POST", { capabilities });
    return new Browser(`${address}/session/${sessionId}`);
  }

  #send(path, method, body) {
    return send(`${this.#session}${path}`, method, body);
  }

  /** Gives the page this size in CSS pixels: the browser's own bar is not part of it. */
  async resize(width, height) {
    let [outerWidth, outerHeight] = [width, height];
    for (let tries = 0; tries < 20; tries += 1) {
      await this.#send("/window/rect", "POST", { width: outerWidth, height: outerHeight });
      const [w, h] = await this.run(() => [innerWidth, innerHeight]);
      if (w === width && h === height) return;
      outerWidth += width - w;
      outerHeight += height - h;
      await pause(50);
    }
    throw new Error(`The window cannot be ${width} by ${height}`);
  }

  go(url) {
    return this.#send("/url", "POST", { url });
  }

  run(act, ...args) {
    return this.#send("/execute/sync", "POST", { script: `return (${act})(...arguments)`, args });
  }

  /** As `run`, for a function that answers by calling its last argument. */
  ask(act, ...args) {
    return this.#send("/execute/async", "POST", { script: `(${act})(...arguments)`, args });
  }

  async press(key) {
    const value = KEYS[key] ?? key;
    const actions = ["keyDown", "keyUp"].map((type) => ({ type, value }));
    await this.#send("/actions", "POST", { actions: [{ type: "key", id: "keyboard", actions }] });
  }

  /** The window, or only the element that `part` selects. */
  async picture(part = null) {
    return Buffer.from(await this.#send(`${await this.#element(part)}/screenshot`, "GET"), "base64");
  }

  async #element(selector) {
    if (selector === null) return "";
    const found = await this.#send("/element", "POST", { using: "css selector", value: selector });
    return `/element/${Object.values(found)[0]}`;
  }

  async close() {
    await this.#send("", "DELETE");
  }
}

async function send(url, method, body) {
  const answer = await fetch(url, { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
  const { value } = await answer.json();
  if (!answer.ok) throw new Error(`${value.error}: ${value.message}`);
  return value;
}
