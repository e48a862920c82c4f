// The scenes of `?mock=<scene>`: what Rust would say of the world in each of them.
import type { Authorization, Cause, Client, Connection, Lease, Progress, Snapshot } from "../rust/types";
import {
  authorization,
  batch,
  batchEnd,
  CAPABILITIES,
  client,
  completed,
  connection,
  dayIn,
  lease,
  person,
  preferences,
  problem,
  sandboxClient,
  snapshot,
  token,
} from "./samples";

const MINUTE = 60_000;
const now = Date.now();

function few(): Connection[] {
  return [
    connection("Northwind Client Portal", {
      owner: person("Ada Osei", "ada@northwind.example"),
      status: "inactive",
      problem: problem("token-inactive"),
      checked_at: now - 2 * MINUTE,
    }),
    connection("Launchpad", {
      workspace_icon: "🚀",
      owner: person("Mei Tan", "mei@launchpad.example"),
      status: "cannot-check",
      last_status: "active",
      problem: problem("unreachable"),
      checked_at: now - 180 * MINUTE,
    }),
    connection("Acme Research"),
    connection("Bibliothek am Park", {
      workspace_icon: "📚",
      owner: { kind: "workspace" },
      checked_at: now - 12 * MINUTE,
    }),
    connection("Kestrel Studio", {
      owner: person("Sam Ortega", "sam@kestrel.example"),
      status: "revocation-pending",
      problem: problem("notion-unavailable"),
      checked_at: now - 20 * MINUTE,
      retry_at: now + 9 * MINUTE,
    }),
    connection("Tidewater Ops", { owner: person("Priya N.", null), checked_at: now - 26 * 60 * MINUTE }),
  ];
}

function failing(): Connection[] {
  const codes: Cause["code"][] = [
    "client-rejected",
    "rate-limited",
    "keyring-locked",
    "other-client",
    "not-notion",
  ];
  return [
    ...codes.map((code, index) =>
      connection(`Workspace ${index + 1}`, {
        status: "cannot-check",
        last_status: (["active", "inactive", "needs-reconnecting"] as const)[index % 3] ?? null,
        problem: problem(code, { retry_after: 90, request_id: "1c9d5b1e-77aa" }),
      }),
    ),
    connection("Rebuilt from the keyring", { status: "not-checked", checked_at: null }),
    connection("", { status: "needs-reconnecting", owner: person(null, null) }),
    connection("W".repeat(10_000), { owner: person("ש".repeat(5_000), "x".repeat(5_000)) }),
    connection("\u202e\u2067gnol\u0007\u0000\nline", { owner: person("\u202eevil", "\u0001@x.example") }),
    connection("\u05d0\u05e8\u05db\u05d9\u05d5\u05df 12", { sandbox: true, client_name: "Sandbox" }),
  ];
}

/** A connection among very many, with varied names, owners and statuses. */
function oneOf(index: number): Connection {
  const [name = "", owner = ""] =
    [
      ["Northwind", "Ada Osei"],
      ["Bibliothèque", "Mei Tan"],
      ["Kestrel Studio", "Sam Ortega"],
      ["Tidewater", "Priya N."],
      ["Ōkami", "Jo Lindqvist"],
    ][index % 5] ?? [];
  const number = (index * 7_919) % 10_000;
  const broken: Partial<Connection> = { status: "inactive", problem: problem("token-inactive") };
  return connection(`${name} ${number}`, {
    owner: person(owner, `${number}@example.com`),
    checked_at: now - number * MINUTE,
    connected_at: now - index * MINUTE,
    ...(index % 40 === 0 ? broken : {}),
  });
}

function hostile(): Connection[] {
  const long = "W".repeat(10_000);
  const turned = "\u202eevil\u202c \u05d0\u05e8\u05db\u05d9\u05d5\u05df";
  return [
    connection(long, {
      client_name: long,
      owner: person("ש".repeat(5_000), "x".repeat(5_000)),
      status: "revocation-pending",
      problem: problem("still-active", { request_id: "r".repeat(10_000) }),
      retry_at: now + 9 * MINUTE,
      capabilities: [...CAPABILITIES, "\u202e".concat("z".repeat(10_000))],
    }),
    connection(turned, { client_name: turned, owner: person(turned, turned), bot_id: turned }),
    connection("<img src=x onerror=alert(1)>", { bot_id: long, workspace_id: long }),
  ];
}

/** Connections with unusual names: long, from right to left, without spaces, with emoji. */
function names(): Connection[] {
  return [
    connection("Internationale Arbeitsgemeinschaft für Dokumentation und Wissensmanagement e. V.", {
      owner: person(
        "Maximiliana von Hohenzollern-Sigmaringen",
        "maximiliana.von-hohenzollern@arbeitsgemeinschaft.example",
      ),
      status: "inactive",
      problem: problem("token-inactive"),
      checked_at: now - 40 * 24 * 60 * MINUTE,
    }),
    connection("مكتبة الحديقة العامة", { owner: person("ليلى حداد", "layla@maktaba.example") }),
    connection("ספריית הפארק 12", {
      workspace_icon: "📚",
      owner: person("נועה לוי", "noa@park.example"),
      status: "cannot-check",
      last_status: "active",
      problem: problem("unreachable"),
      checked_at: now - 95 * MINUTE,
    }),
    connection("👩‍👩‍👧‍👦 Familie 🏳️‍🌈🇩🇪", { workspace_icon: "👩🏽‍🚀", owner: person("🦊 Fuchs", "fuchs@example.com") }),
    connection("हरियाली अनुसंधान संस्थान, वाराणसी", {
      owner: person("मीरा शर्मा", "meera@hariyali.example"),
    }),
    connection("Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft", {
      owner: { kind: "workspace" },
      status: "needs-reconnecting",
      problem: problem("refresh-rejected"),
      checked_at: now - 3 * 60 * MINUTE,
    }),
    connection("x", { owner: person("Y", null), status: "not-checked", checked_at: null }),
  ];
}

/** Connections of an agency's customers, of which two differ by their client only. */
function customers(): Connection[] {
  const through = (of: Client) => ({ client_id: of.id, client_name: of.name });
  const [agency, support] = [client({ name: "Agency" }), supportClient];
  return [
    connection("Acme Research", { ...through(agency), last_used_at: now - 3 * MINUTE }),
    connection("Acme Research", { ...through(support), checked_at: now - 40 * MINUTE }),
    connection("Bibliothek am Park", {
      ...through(agency),
      workspace_icon: "📚",
      owner: { kind: "workspace" },
      allows: "proxy-only",
      checked_at: now - 12 * MINUTE,
      last_used_at: now - 3 * 60 * MINUTE,
    }),
    connection("Kestrel Studio", {
      ...through(support),
      owner: person("Sam Ortega", "sam@kestrel.example"),
      status: "needs-reconnecting",
      problem: problem("refresh-rejected"),
      checked_at: now - 20 * 60 * MINUTE,
      connected_at: now - 127 * 24 * 60 * MINUTE,
    }),
    connection("Launchpad", {
      ...through(agency),
      workspace_icon: "🚀",
      owner: person("Mei Tan", "mei@launchpad.example"),
      status: "cannot-check",
      last_status: "active",
      problem: problem("unreachable"),
      checked_at: now - 180 * MINUTE,
      connected_at: now - 40 * 24 * 60 * MINUTE,
    }),
    connection("Northwind Client Portal", {
      ...through(support),
      owner: person("Ada Osei", "ada@northwind.example"),
      status: "inactive",
      problem: problem("token-inactive"),
      checked_at: now - 2 * MINUTE,
      last_used_at: now - 9 * 24 * 60 * MINUTE,
    }),
    connection("Tidewater Ops", {
      ...through(agency),
      owner: person("Priya N.", null),
      allows: "never",
      connected_at: now - 400 * 24 * 60 * MINUTE,
    }),
  ];
}

/** The same with labels: those of customers, and some that several of them have. */
function labelled(): Connection[] {
  const acme = "Acme Holding International GmbH & Co. KG";
  const note = "Ask Sam before anything is revoked.\nThe invoice export runs on Mondays.";
  const own: Partial<Connection>[] = [
    { labels: [acme, "paid", "pilot"] },
    { labels: [acme, "paid"] },
    { labels: ["Bibliothek"] },
    { labels: ["Kestrel", "paid", "pilot"], note },
    {},
    { labels: ["Northwind", "paid"] },
  ];
  return customers().map((row, at) => ({ ...row, ...own[at] }));
}

/** Tokens that were made at Notion among others: near and past their days, and one that has ended. */
function tokens(): Connection[] {
  const agency = client({ name: "Agency" });
  return [
    token("Acme Research", "Nightly export", { labels: ["Acme"], expires_on: dayIn(200) }),
    connection("Acme Research", { client_id: agency.id, client_name: agency.name, labels: ["Acme"] }),
    token("Bibliothek am Park", "Lesesaal", {
      workspace_icon: "📚",
      owner: { kind: "workspace" },
      checked_at: now - 12 * MINUTE,
      expires_on: dayIn(9),
    }),
    token("Kestrel Studio", "Sam’s scripts", {
      owner: person("Sam Ortega", "sam@kestrel.example"),
      checked_at: now - 3 * 60 * MINUTE,
      expires_on: dayIn(-2),
      labels: ["Kestrel"],
    }),
    token("Launchpad", "Deploy hook", {
      workspace_icon: "🚀",
      owner: person("Mei Tan", "mei@launchpad.example"),
      status: "inactive",
      problem: problem("token-ended"),
      checked_at: now - 40 * MINUTE,
    }),
    connection("Northwind Client Portal", {
      client_id: agency.id,
      client_name: agency.name,
      owner: person("Ada Osei", "ada@northwind.example"),
      checked_at: now - 2 * MINUTE,
    }),
  ];
}

const supportClient = client({ id: "client-4", name: "Customer support" });

const longNamed = client({
  id: "client-3",
  name: "The integration that the agency in Rotterdam set up for its many customers in the spring",
  redirect_method: "bridge",
  redirect_uri: "https://an-agency.example/integrations/notion/keyrack/callback/page.html",
});

/** Connections that programs use, or may not. */
function used(): Connection[] {
  return [
    connection("Acme Research", { last_used_at: now - MINUTE / 2 }),
    connection("Bibliothek am Park", {
      workspace_icon: "📚",
      owner: { kind: "workspace" },
      allows: "proxy-only",
      last_used_at: now - 3 * 60 * MINUTE,
    }),
    connection("Kestrel Studio", {
      owner: person("Sam Ortega", "sam@kestrel.example"),
      allows: "never",
      connected_at: now - 127 * 24 * 60 * MINUTE,
    }),
    connection("Tidewater Ops", {
      owner: person("Priya N.", null),
      last_used_at: now - 9 * 24 * 60 * MINUTE,
    }),
  ];
}

/** What a check of all came to that met these obstacles, each with as many connections as it has codes here. */
function unchecked(base: Snapshot, codes: readonly Cause["code"][]): Snapshot {
  const names = ["Northwind", "Launchpad", "Acme Research", "Bureau", "Kestrel Studio", "Tidewater Ops"];
  const connections = codes.map((code, at) =>
    connection(names[at] ?? "", {
      status: "cannot-check",
      last_status: "active",
      problem: problem(code),
      checked_at: now - 180 * MINUTE,
    }),
  );
  const counts = { act: "check", total: codes.length, done: codes.length, failed: codes.length } as const;
  return { ...base, connections, ended_batches: [batchEnd(counts)] };
}

/** The leases that run in a scene. */
export function leasesIn(scene: string, connections: readonly Connection[]): Lease[] {
  const [first] = connections;
  if (first === undefined) return [];
  const run = lease(first);
  const lent = lease(first, {
    way: "serve",
    caller: { program: "/usr/bin/bash", pid: 5120, parents: [], terminal: true, reason: null },
    started_at: now - 25 * MINUTE,
    used: { ...run.used, read_only: true, ends_at: now + 8 * 60 * MINUTE, requests: 1, writes: 0 },
  });
  if (scene === "hostile")
    return [
      run,
      lease(first, { caller: { ...run.caller, program: `/\u202e${"W".repeat(10_000)}`, pid: null } }),
    ];
  if (scene === "labels") return [run];
  const other = connections[1];
  if (scene !== "used" || other === undefined) return [];
  return [run, lent, lease(other, { started_at: now - 3 * 60 * MINUTE })];
}

/** An authorization of a client, with the time that the pictures show. */
export function authorizationOf(progress: Progress, of: Client = client()): Authorization {
  return authorization(progress, {
    client_id: of.id,
    client_name: of.name,
    sandbox: of.sandbox,
    host: of.sandbox ? "127.0.0.1:43817" : "api.notion.com",
    expires_at: now + 581_000,
  });
}

/** What was moved: one that the other computer has gone on with, one that works, and a token. */
function movedOnly(): Connection[] {
  const [spent, works] = few().filter(({ status }) => status === "inactive" || status === "active");
  const bot = tokens().find(({ made_elsewhere }) => made_elsewhere);
  return [spent, works, bot]
    .flatMap((row) => row ?? [])
    .map((row) => ({ ...row, moved_at: now - 3 * MINUTE }));
}

export function snapshotOf(scene: string): Snapshot {
  const base = snapshot();
  const ended = (fresh: boolean, earlier_works = false) => completed(fresh, earlier_works, "connection-0003");
  const list = { ...base, connections: few() };
  const scanned = {
    ...base,
    connections: few().map((row, at) => (at === 1 ? { ...row, has_refresh_token: false } : row)),
  };
  const many = {
    ...base,
    connections: Array.from({ length: 2_000 }, (_, index) => connection(`Workspace ${index}`)),
  };
  const huge = { ...base, connections: Array.from({ length: 10_000 }, (_, index) => oneOf(index)) };
  const sandbox = { ...base, clients: [sandboxClient] };
  const scenes: Record<string, Snapshot> = {
    welcome: { ...base, clients: [] },
    empty: sandbox,
    list,
    sandbox: {
      ...sandbox,
      connections: few().map((row) => ({ ...row, sandbox: true, client_name: "Sandbox" })),
    },
    clients: { ...list, clients: [client(), sandboxClient] },
    "clients-rejected": {
      ...base,
      clients: [client({ name: "Internal tools" }), longNamed, sandboxClient],
      connections: [
        ...few().map((row) => ({ ...row, client_name: "Internal tools" })),
        connection("Orchard", {
          client_id: longNamed.id,
          client_name: longNamed.name,
          status: "cannot-check",
          last_status: "active",
          problem: problem("client-rejected"),
        }),
      ],
    },
    many,
    huge,
    customers: {
      ...base,
      clients: [client({ name: "Agency" }), supportClient],
      connections: customers(),
    },
    labels: {
      ...base,
      clients: [client({ name: "Agency" }), supportClient],
      connections: labelled(),
    },
    "labels-dead": {
      ...base,
      clients: [client({ name: "Agency" }), supportClient],
      connections: labelled().map((row) => ({ ...row, has_refresh_token: row.status !== "inactive" })),
    },
    "labels-many": {
      ...huge,
      connections: huge.connections.map((row, at) => ({
        ...row,
        labels: [`Kunde ${at % 300}`, ...(at % 3 === 0 ? ["paid"] : [])],
      })),
    },
    background: { ...list, preferences: preferences({ background_checks: "hourly" }) },
    checking: { ...many, batches: [batch({ done: 312, succeeded: 310, attention: 2 })] },
    "checking-paused": {
      ...many,
      batches: [batch({ done: 312, succeeded: 310, paused_until: now + 4 * MINUTE })],
    },
    failing: { ...base, connections: failing() },
    hostile: { ...base, connections: hostile() },
    altered: {
      ...base,
      clients: [client({ host: "notion.agency.example" })],
      connections: [
        connection("Acme Research", { status: "cannot-check", problem: problem("client-altered") }),
        connection("Bureau", { status: "cannot-check", problem: problem("connection-altered") }),
        connection("Cedar & Söhne"),
      ],
    },
    cause: unchecked(base, ["client-rejected", "client-rejected", "client-rejected", "client-rejected"]),
    causes: unchecked(base, [
      "keyring-locked",
      "unreachable",
      "unreachable",
      "keyring-lost",
      "token-superseded",
      "client-rejected",
    ]),
    dead: {
      ...base,
      connections: few().map((row) => ({ ...row, has_refresh_token: row.status !== "inactive" })),
    },
    tokens: { ...base, clients: [client({ name: "Agency" })], connections: tokens() },
    "tokens-only": {
      ...base,
      clients: [],
      connections: tokens().filter(({ made_elsewhere }) => made_elsewhere),
    },
    "scan-tokens": { ...base, clients: [client({ name: "Agency" })], connections: tokens() },
    used: { ...base, connections: used() },
    unused: {
      ...base,
      connections: [
        connection("Tidewater Ops", {
          owner: person("Priya N.", null),
          connected_at: now - 200 * 24 * 60 * MINUTE,
          last_used_at: now - 127 * 24 * 60 * MINUTE,
        }),
      ],
    },
    "used-never": {
      ...base,
      connections: used().filter(({ allows }) => allows === "never"),
    },
    names: { ...base, clients: [client(), longNamed], connections: names() },
    "checks-on": {
      ...list,
      preferences: preferences({ background_checks: "six-hours", start_at_login: true, language: "de" }),
    },
    moved: {
      ...base,
      connections: few().map((row, at) => (at % 2 === 0 ? { ...row, moved_at: now - 3 * MINUTE } : row)),
    },
    "moved-only": { ...base, connections: movedOnly() },
    scan: scanned,
    "scan-unread": scanned,
    waiting: { ...list, authorization: authorizationOf({ kind: "waiting" }) },
    "waiting-sandbox": { ...sandbox, authorization: authorizationOf({ kind: "waiting" }, sandboxClient) },
    parked: {
      ...list,
      authorization: authorizationOf({ kind: "awaiting-keyring", problem: problem("keyring-locked") }),
    },
    "other-workspace": {
      ...list,
      authorization: {
        ...authorizationOf({
          kind: "other-workspace",
          workspace_name: "Bibliothek am Park",
          owner: { kind: "workspace" },
          listed: true,
        }),
        reconnects: { connection_id: "connection-0001", workspace_name: "Northwind Client Portal" },
      },
    },
    "waiting-reconnect": {
      ...list,
      authorization: {
        ...authorizationOf({ kind: "waiting" }),
        reconnects: { connection_id: "connection-0001", workspace_name: "Northwind Client Portal" },
      },
    },
    revoking: {
      ...many,
      batches: [batch({ act: "revoke", total: 60, done: 21, succeeded: 20, failed: 1, left: 40_000 })],
    },
    exchanging: { ...list, authorization: authorizationOf({ kind: "exchanging" }) },
    saving: { ...list, authorization: authorizationOf({ kind: "saving" }) },
    connected: { ...list, authorization: authorizationOf(ended(true)) },
    reconnected: { ...list, authorization: authorizationOf(ended(false), sandboxClient) },
    "reconnected-earlier": { ...list, authorization: authorizationOf(ended(false, true)) },
    denied: { ...list, authorization: authorizationOf({ kind: "denied" }) },
    rebuilt: {
      ...list,
      rebuilt: {
        database: "damaged",
        clients: 1,
        connections: 4,
        without_client: 0,
        corrected: 0,
        quarantined: "keyrack.db.damaged-1f2e3d4c",
      },
    },
    "rebuild-waits": { ...base, clients: [], rebuild_waits: problem("keyring-locked") },
    "rebuilt-in-part": {
      ...list,
      rebuilt: {
        database: "outdated",
        clients: 0,
        connections: 2,
        without_client: 1,
        corrected: 0,
        quarantined: null,
      },
    },
    failed: {
      ...list,
      authorization: authorizationOf({
        kind: "failed",
        problem: problem("grant-rejected", { request_id: "1c9d5b1e-77aa" }),
      }),
      callback_refused: problem("link-unknown"),
    },
  };
  return scenes[scene] ?? list;
}
